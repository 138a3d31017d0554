using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Statistics;

/// <summary>Which Done analyses statistics are over: those that meet every condition given; without any, all.</summary>
/// <param name="Runs">Of one of these runs.</param>
/// <param name="Analyses">Among these, a selection by hand.</param>
/// <param name="Checkpoint">Of runs on the checkpoint of this hash.</param>
/// <param name="ImageName">Whose image's name contains this, in any case.</param>
/// <param name="Prompt">Whose prompt contains this, in the case given.</param>
/// <param name="FinishedFrom">That were Done at this time or later.</param>
/// <param name="FinishedUntil">That were Done before this time.</param>
public sealed record StatisticsScope(
    IReadOnlyList<RunId>? Runs = null,
    IReadOnlyList<AnalysisId>? Analyses = null,
    string? Checkpoint = null,
    string? ImageName = null,
    string? Prompt = null,
    DateTimeOffset? FinishedFrom = null,
    DateTimeOffset? FinishedUntil = null)
{
    /// <summary>All of one run.</summary>
    public static StatisticsScope Of(RunId run) => new(Runs: [run]);

    /// <summary>Whether runs come whole, so that their sums answer.</summary>
    internal bool IsOfWholeRuns => Analyses is null && ImageName is null && Prompt is null && FinishedFrom is null && FinishedUntil is null;
}
