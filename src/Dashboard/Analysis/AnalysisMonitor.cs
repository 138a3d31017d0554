using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>How far the analysis that is being computed is.</summary>
/// <param name="Stage">What is being done, in a word people read: <c>loading checkpoint</c>, <c>vision</c>, <c>layer 7 of 12</c>, <c>answer</c>.</param>
/// <param name="Fraction">0…1 of this analysis.</param>
/// <param name="Blobs">Readings committed so far (both segments).</param>
/// <param name="Queued">Analyses waiting behind it.</param>
/// <param name="Remaining">Estimated time until the queue is empty, from measured speed; null until something was measured.</param>
public sealed record CurrentAnalysis(AnalysisId Id, RunId Run, string ImageName, string Stage, double Fraction, int Blobs, int Queued, TimeSpan? Remaining);

/// <summary>Tells circuits what the analysis service does. In memory; safe from any thread.</summary>
public sealed class AnalysisMonitor
{
    /// <summary>The analysis being computed, or null when idle.</summary>
    public CurrentAnalysis? Current { get; private set; }

    /// <summary>Raised on a background thread when <see cref="Current"/> moved on. Listeners throttle their own renders and never block.</summary>
    public event Action<CurrentAnalysis?>? Progressed;

    /// <summary>Raised on a background thread when rows of a run changed state: queued, started, finished, cancelled, retried, deleted.</summary>
    public event Action<RunId>? RunChanged;

    internal void Report(CurrentAnalysis? current)
    {
        Current = current;
        Progressed?.Invoke(current);
    }

    internal void ReportRun(RunId run) => RunChanged?.Invoke(run);
}
