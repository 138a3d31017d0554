using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Archive;

/// <summary>One analysis without its readings.</summary>
/// <param name="Image">SHA-256 of its image.</param>
/// <param name="State"><c>done</c>, <c>failed</c> or <c>cancelled</c>; one that had not finished when it was exported counts as cancelled.</param>
/// <param name="Layout">Where the positions lie; null unless it is done.</param>
public sealed record ArchivedAnalysis(
    int Ordinal,
    string Image,
    string Prompt,
    string? TrueAnswer,
    AnalysisState State,
    string? Error,
    IReadOnlyList<int> AnswerIds,
    string? AnswerText,
    DateTimeOffset QueuedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    AnalysisLayout? Layout);
