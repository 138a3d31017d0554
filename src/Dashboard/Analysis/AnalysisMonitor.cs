using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Tells circuits what the analysis service does. In memory; safe from any thread.</summary>
public sealed class AnalysisMonitor
{
    private CurrentAnalysis? _current;

    /// <summary>The analysis being computed, or null when idle.</summary>
    public CurrentAnalysis? Current => Volatile.Read(ref _current);

    /// <summary>Raised on a background thread when <see cref="Current"/> moved on. Listeners throttle their own renders and never block.</summary>
    public event Action<CurrentAnalysis?>? Progressed;

    /// <summary>Raised on a background thread when rows of a run changed state: queued, started, finished, cancelled, retried, deleted.</summary>
    public event Action<RunId>? RunChanged;

    internal void Report(CurrentAnalysis? current)
    {
        Volatile.Write(ref _current, current);
        Progressed?.Invoke(current);
    }

    internal void ReportRun(RunId run) => RunChanged?.Invoke(run);
}
