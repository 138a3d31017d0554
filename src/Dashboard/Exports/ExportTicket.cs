using LogitLens.Storage.Exchange;

namespace LogitLens.Dashboard.Exports;

/// <summary>Lets a page follow and stop a download that its browser makes. Safe for several threads.</summary>
internal sealed class ExportTicket(string id) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private ExchangeProgress _progress;
    private ExportPhase _phase;
    private string? _failure;

    /// <summary>What the address names it by.</summary>
    public string Id { get; } = id;

    /// <summary>Cancelled when the page asks for it.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Where it stands.</summary>
    public (ExportPhase Phase, ExchangeProgress Progress, string? Failure) Read()
    {
        lock (_lock)
        {
            return (_phase, _progress, _failure);
        }
    }

    /// <summary>It was begun.</summary>
    public void Begin(int total) => Set(ExportPhase.Running, new ExchangeProgress(0, total, 0), null);

    /// <summary>It is so far.</summary>
    public void Report(ExchangeProgress progress)
    {
        lock (_lock)
        {
            _progress = progress;
        }
    }

    /// <summary>Everything was sent.</summary>
    public void Finish() => Set(ExportPhase.Done, null, null);

    /// <summary>It was stopped, by the page or by the browser.</summary>
    public void Cancelled() => Set(ExportPhase.Cancelled, null, null);

    /// <summary>It failed, or was refused.</summary>
    public void Fail(string sentence) => Set(ExportPhase.Failed, null, sentence);

    /// <summary>Stops it: the browser shows its download as broken off.</summary>
    public void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private void Set(ExportPhase phase, ExchangeProgress? progress, string? failure)
    {
        lock (_lock)
        {
            _phase = phase;
            _progress = progress ?? _progress;
            _failure = failure;
        }
    }
}
