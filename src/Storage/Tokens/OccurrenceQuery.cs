using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Tokens;

/// <summary>Where tokens are: given by their ids, or all that fit a text.</summary>
/// <param name="Ids">Ids of <see cref="TokenFilter.CheckpointHash"/>'s table, which then has to be named; null to go by the text.</param>
/// <param name="Text">See <see cref="TokenIndexStore.FindTokensAsync"/>.</param>
/// <param name="After">The <see cref="TokenOccurrences.Next"/> of the page before; null for the first page.</param>
public sealed record OccurrenceQuery(
    IReadOnlyList<int>? Ids,
    string Text,
    TokenMatch Match,
    TokenFilter Filter,
    OccurrenceOrder Order = OccurrenceOrder.Best,
    string? After = null,
    int Take = 50)
{
    /// <summary>Only in these analyses; null for all.</summary>
    public IReadOnlyList<AnalysisId>? Analyses { get; init; }
}
