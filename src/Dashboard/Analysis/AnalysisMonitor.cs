using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Tells circuits what the analysis service does. In memory; safe from any thread.</summary>
public sealed class AnalysisMonitor
{
    private CurrentAnalysis[] _batch = [];
    private bool _isPreparingDemo;
    private string? _obstacle;

    /// <summary>The analysis being computed, or the first of several computed together; null when idle.</summary>
    public CurrentAnalysis? Current => Batch is [var first, ..] ? first : null;

    /// <summary>The analyses computed together; empty when idle.</summary>
    public IReadOnlyList<CurrentAnalysis> Batch => Volatile.Read(ref _batch);

    /// <summary>Whether the demo's pictures are about to be queued: so long an empty list of runs is not the whole truth.</summary>
    public bool IsPreparingDemo => Volatile.Read(ref _isPreparingDemo);

    /// <summary>Why the service waits instead of working (a full disk: not even a failure can be written), in a sentence; null while nothing is in its way.</summary>
    public string? Obstacle => Volatile.Read(ref _obstacle);

    /// <summary>Raised on a background thread when <see cref="Batch"/>, <see cref="IsPreparingDemo"/> or <see cref="Obstacle"/> moved on. Listeners throttle their own renders and never block.</summary>
    public event Action<CurrentAnalysis?>? Progressed;

    /// <summary>Raised on a background thread when rows of a run changed state: queued, started, finished, cancelled, retried, deleted.</summary>
    public event Action<RunId>? RunChanged;

    /// <summary>How far one of those computed together is; null when idle.</summary>
    public CurrentAnalysis? Find(AnalysisId id) => Batch.FirstOrDefault(current => current.Id == id);

    internal void Report(CurrentAnalysis? current) => Report(current is null ? [] : [current]);

    internal void Report(IReadOnlyList<CurrentAnalysis> batch)
    {
        Volatile.Write(ref _batch, [.. batch]);
        if (batch.Count == 0)
        {
            Progressed?.Invoke(null);
        }

        foreach (var current in batch)
        {
            Progressed?.Invoke(current);
        }
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
