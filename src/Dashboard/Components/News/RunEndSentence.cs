using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.News;

/// <summary>How a run ended, in words.</summary>
internal static class RunEndSentence
{
    private static readonly IStringLocalizer L = Texts.Of<NewsTexts>();

    /// <summary>The state that says most of it: cancelled, failed where anything failed, else done.</summary>
    public static AnalysisState StateOf(RunEnd end) =>
        end.Counts.Cancelled > 0 ? AnalysisState.Cancelled : end.Counts.Failed > 0 ? AnalysisState.Failed : AnalysisState.Done;

    /// <summary>The run's name and how it ended.</summary>
    public static string Of(RunEnd end) => StateOf(end) switch
    {
        AnalysisState.Cancelled => L["{0} was cancelled: {1}", end.Name, Words.Counts(end.Counts)],
        AnalysisState.Failed when end.Counts.Done == 0 => L["{0} failed: {1}", end.Name, Words.Counts(end.Counts)],
        AnalysisState.Failed => L["{0} ended with failures: {1}", end.Name, Words.Counts(end.Counts)],
        _ => L["{0} is done: {1}", end.Name, Words.Count(end.Counts.Done, "analysis", "analyses")],
    };
}
