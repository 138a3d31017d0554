using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Search;

/// <summary>What a search found.</summary>
/// <param name="Asked">What was looked for.</param>
/// <param name="Analyses">Meant by their number.</param>
/// <param name="Images">By name, or by the beginning of their SHA-256; newest first.</param>
/// <param name="Runs">By name, checkpoint, number or id; one meant by its number comes first.</param>
/// <param name="Tokens">Read somewhere; those whose text is the one asked for first, then those that begin with it, then those that hold it.</param>
internal sealed record SearchFindings(
    SearchText Asked, IReadOnlyList<AnalysisRow> Analyses, Page<ImageRow> Images, Page<RunRow> Runs, Page<SearchedToken> Tokens)
{
    /// <summary>Nothing was looked for, or nothing found.</summary>
    public static SearchFindings None(SearchText asked) => new(asked, [], new Page<ImageRow>([], 0), new Page<RunRow>([], 0), new Page<SearchedToken>([], 0));

    public bool IsEmpty => Analyses.Count == 0 && Images.Total == 0 && Runs.Total == 0 && Tokens.Total == 0;
}
