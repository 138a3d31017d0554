using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Tells circuits what the analysis service does. In memory; safe from any thread.</summary>
public sealed class AnalysisMonitor
{
    private CurrentAnalysis? _current;
    private bool _isPreparingDemo;
    private string? _obstacle;

    /// <summary>The analysis being computed, or null when idle.</summary>
    public CurrentAnalysis? Current => Volatile.Read(ref _current);

    /// <summary>Whether the demo's pictures are about to be queued: so long an empty list of runs is not the whole truth.</summary>
    public bool IsPreparingDemo => Volatile.Read(ref _isPreparingDemo);

    /// <summary>Why the service waits instead of working (a full disk: not even a failure can be written), in a sentence; null while nothing is in its way.</summary>
    public string? Obstacle => Volatile.Read(ref _obstacle);

    /// <summary>Raised on a background thread when <see cref="Current"/>, <see cref="IsPreparingDemo"/> or <see cref="Obstacle"/> moved on. Listeners throttle their own renders and never block.</summary>
    public event Action<CurrentAnalysis?>? Progressed;

    /// <summary>Raised on a background thread when rows of a run changed state: queued, started, finished, cancelled, retried, deleted.</summary>
    public event Action<RunId>? RunChanged;

    internal void Report(CurrentAnalysis? current)
    {
        Volatile.Write(ref _current, current);
        Progressed?.Invoke(current);
    }

    internal void ReportPreparingDemo(bool isPreparing)
    {
        Volatile.Write(ref _isPreparingDemo, isPreparing);
        Progressed?.Invoke(Current);
    }

    internal void ReportObstacle(string? sentence)
    {
        if (Obstacle != sentence)
        {
            Volatile.Write(ref _obstacle, sentence);
            Progressed?.Invoke(Current);
        }
    }

    internal void ReportRun(RunId run) => RunChanged?.Invoke(run);
}
