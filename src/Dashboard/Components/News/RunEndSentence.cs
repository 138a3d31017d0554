using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Components.News;

/// <summary>How a run ended, in words.</summary>
internal static class RunEndSentence
{
    /// <summary>The state that says most of it: cancelled, failed where anything failed, else done.</summary>
    public static AnalysisState StateOf(RunEnd end) =>
        end.Counts.Cancelled > 0 ? AnalysisState.Cancelled : end.Counts.Failed > 0 ? AnalysisState.Failed : AnalysisState.Done;

    /// <summary>What follows the run's name.</summary>
    public static string Of(RunEnd end) => StateOf(end) switch
    {
        AnalysisState.Cancelled => $"was cancelled: {Words.Counts(end.Counts)}",
        AnalysisState.Failed when end.Counts.Done == 0 => $"failed: {Words.Counts(end.Counts)}",
        AnalysisState.Failed => $"ended with failures: {Words.Counts(end.Counts)}",
        _ => $"is done: {Words.Count(end.Counts.Done, "analysis", "analyses")}",
    };
}
