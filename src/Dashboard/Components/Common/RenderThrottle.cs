namespace LogitLens.Dashboard.Components.Common;

/// <summary>Lets a burst of signals through as one call per interval: the first at once, the last never lost. Safe from any thread.</summary>
/// <remarks>The call has the language of whoever made the throttle, not that of the thread which signals.</remarks>
internal sealed class RenderThrottle : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly Func<Task> _action;
    private readonly ITimer _timer;
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private long? _last;
    private bool _scheduled;
    private bool _disposed;

    public RenderThrottle(TimeProvider time, TimeSpan interval, Func<Task> action)
    {
        _time = time;
        _interval = interval;
        _action = action;
        _timer = time.CreateTimer(static state => ((RenderThrottle)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Signal()
    {
        lock (_lock)
        {
            if (_disposed || _scheduled)
            {
                return;
            }

            var wait = _last is { } last ? _interval - _time.GetElapsedTime(last) : TimeSpan.Zero;
            if (wait > TimeSpan.Zero)
            {
                _scheduled = true;
                _timer.Change(wait, Timeout.InfiniteTimeSpan);
                return;
            }

            _last = _time.GetTimestamp();
        }

        Run();
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _scheduled = false;
            _last = _time.GetTimestamp();
        }

        Run();
    }

    // Never waited for: a slow circuit must not hold up the thread that computes. A circuit that has gone meanwhile has nothing to show.
    private void Run()
    {
        if (_context is null)
        {
            _ = RunAsync();
        }
        else
        {
            ExecutionContext.Run(_context, static throttle => _ = ((RenderThrottle)throttle!).RunAsync(), this);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await _action();
        }
        catch (ObjectDisposedException)
        {
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }
}
