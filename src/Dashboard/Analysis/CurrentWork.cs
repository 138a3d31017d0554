using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Between people and the service: wakes it when there is work, and stops what it computes. Rows are always written first.</summary>
internal sealed class CurrentWork : IDisposable
{
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _gate = new();
    private ClaimedAnalysis? _analysis;
    private CancellationTokenSource? _stop;
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

    /// <summary>From now on people can stop it.</summary>
    public void Begin(ClaimedAnalysis analysis, CancellationTokenSource stop)
    {
        lock (_gate)
        {
            (_analysis, _stop) = (analysis, stop);
        }
    }

    /// <summary>It has ended.</summary>
    public void End()
    {
        lock (_gate)
        {
            (_analysis, _stop) = (null, null);
        }
    }

    /// <summary>Stops what is being computed, if it is what is meant.</summary>
    public void Stop(Func<ClaimedAnalysis, bool> isMeant)
    {
        lock (_gate)
        {
            if (_analysis is { } analysis && isMeant(analysis))
            {
                _stop?.Cancel();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();
}
