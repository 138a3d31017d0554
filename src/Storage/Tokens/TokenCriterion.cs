using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Tokens;

/// <summary>Tokens that have to be read in an analysis, and where: a position counts as in the token index (<see cref="TokenIndexStore"/>).</summary>
/// <param name="Ids">Ids of one checkpoint's table, which the filter then has to name; null to go by the text.</param>
/// <param name="Text">See <see cref="TokenIndexStore.FindTokensAsync"/>.</param>
/// <param name="FirstLayer">0 = emb.</param>
/// <param name="LastLayer">Included; null for the last one there is.</param>
/// <param name="LeastProbability">Rounded to 1/60,000, as the index does.</param>
public sealed record TokenCriterion(
    IReadOnlyList<int>? Ids,
    string Text,
    TokenMatch Match = TokenMatch.Exact,
    int FirstLayer = 0,
    int? LastLayer = null,
    double LeastProbability = 0,
    TokenPlaces Places = TokenPlaces.Patch)
{
    /// <summary>The search of the token index that it takes.</summary>
    /// <param name="filter">Whose runs and checkpoint confine it.</param>
    public TokenFilter Within(AnalysisFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return new TokenFilter(filter.Runs, filter.Checkpoint, FirstLayer, LastLayer, LeastProbability, Places);
    }
}
