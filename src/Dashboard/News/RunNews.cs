using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.News;

/// <summary>
/// The runs that ended lately, and word of each as it ends: one broadcaster, to which every open page listens. In memory (the service fills it from the
/// database at start); safe from any thread.
/// </summary>
public sealed class RunNews
{
    /// <summary>So many are remembered.</summary>
    public const int Most = 30;

    private readonly Lock _lock = new();
    private IReadOnlyList<RunEnd> _recent = [];

    /// <summary>The newest first.</summary>
    public IReadOnlyList<RunEnd> Recent => Volatile.Read(ref _recent);

    /// <summary>Raised on a background thread when a run ended. Listeners never block.</summary>
    public event Action<RunEnd>? Ended;

    /// <summary>How many listen: a page that is gone must not.</summary>
    internal int Listeners => Ended?.GetInvocationList().Length ?? 0;

    /// <summary>What is known at start, in any order; nobody is told.</summary>
    internal void Remember(IEnumerable<RunEnd> ends)
    {
        lock (_lock)
        {
            Volatile.Write(ref _recent, [.. ends.Concat(_recent).DistinctBy(end => (end.Run, end.EndedAt)).OrderByDescending(end => end.EndedAt).Take(Most)]);
        }
    }

    /// <summary>Remembers it and tells everybody, once for each time a run ends.</summary>
    internal void Report(RunEnd end)
    {
        lock (_lock)
        {
            if (_recent.Any(known => known.Run == end.Run && known.EndedAt >= end.EndedAt))
            {
                return;
            }

            Volatile.Write(ref _recent, [.. _recent.Prepend(end).OrderByDescending(known => known.EndedAt).Take(Most)]);
        }

        Ended?.Invoke(end);
    }

    /// <summary>A run that was deleted is no news any more.</summary>
    internal void Forget(RunId run)
    {
        lock (_lock)
        {
            Volatile.Write(ref _recent, [.. _recent.Where(known => known.Run != run)]);
        }
    }
}
