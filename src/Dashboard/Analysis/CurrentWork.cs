using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Between people and the service: wakes it when there is work, and stops what it computes. Rows are always written first.</summary>
internal sealed class CurrentWork : IDisposable
{
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _gate = new();
    private IReadOnlyList<(ClaimedAnalysis Analysis, CancellationTokenSource Stop)> _batch = [];
    private int _queued;

    /// <summary>Analyses waiting, as last counted.</summary>
    public int Queued
    {
        get => Volatile.Read(ref _queued);
        set => Volatile.Write(ref _queued, value);
    }

    /// <summary>There may be something to claim.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    /// <summary>Waits for <see cref="Wake"/>; false if the time ran out first.</summary>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => _wake.WaitAsync(timeout, cancellationToken);

    /// <summary>From now on people can stop each of them.</summary>
    public void Begin(IReadOnlyList<(ClaimedAnalysis Analysis, CancellationTokenSource Stop)> batch)
    {
        lock (_gate)
        {
            _batch = batch;
        }
    }

    /// <summary>They have ended.</summary>
    public void End() => Begin([]);

    /// <summary>Stops what is being computed, as far as it is meant.</summary>
    public void Stop(Func<ClaimedAnalysis, bool> isMeant)
    {
        lock (_gate)
        {
            foreach (var (_, stop) in _batch.Where(item => isMeant(item.Analysis)))
            {
                stop.Cancel();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();
}
