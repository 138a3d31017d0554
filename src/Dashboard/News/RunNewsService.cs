using LogitLens.Dashboard.Analysis;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.News;

/// <summary>Notices when a run ends: looks at a run whose rows changed, at most <see cref="Pause"/> apart, and tells <see cref="RunNews"/>.</summary>
internal sealed partial class RunNewsService(RunStore runs, AnalysisMonitor monitor, RunNews news, TimeProvider clock, ILogger<RunNewsService> logger) : BackgroundService
{
    /// <summary>Ten thousand files imported one after another are not ten thousand looks.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly HashSet<RunId> _changed = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Ends before this start are known at most, never told: only what happens from now on is news.
        var began = clock.GetUtcNow();
        monitor.RunChanged += OnRunChanged;
        try
        {
            await RememberAsync(stoppingToken);
            while (true)
            {
                await _wake.WaitAsync(stoppingToken);
                foreach (var run in TakeChanged())
                {
                    await LookAsync(run, began, stoppingToken);
                }

                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
        finally
        {
            monitor.RunChanged -= OnRunChanged;
        }
    }

    private async Task RememberAsync(CancellationToken cancellationToken)
    {
        try
        {
            var ends = new List<RunEnd>();
            foreach (var run in (await runs.ListAsync(0, RunNews.Most, cancellationToken)).Items.Where(run => run.Counts.Finished == run.Counts.Total))
            {
                if (await runs.FindEndAsync(run.Id, cancellationToken) is { } end)
                {
                    ends.Add(end);
                }
            }

            news.Remember(ends);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnread(exception is StorageException ? null : exception, exception.Message);
        }
    }

    private async Task LookAsync(RunId run, DateTimeOffset began, CancellationToken cancellationToken)
    {
        try
        {
            if (await runs.FindEndAsync(run, cancellationToken) is { } end)
            {
                if (end.EndedAt >= began)
                {
                    news.Report(end);
                }
            }
            else if (await runs.FindAsync(run, cancellationToken) is null)
            {
                news.Forget(run);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // News is never worth the program: a database that cannot be read has more to tell than this, and tells it.
            LogUnread(exception is StorageException ? null : exception, exception.Message);
        }
    }

    private void OnRunChanged(RunId run)
    {
        lock (_lock)
        {
            _changed.Add(run);
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    private List<RunId> TakeChanged()
    {
        lock (_lock)
        {
            List<RunId> taken = [.. _changed];
            _changed.Clear();
            return taken;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Whether a run ended could not be read: {Reason}")]
    private partial void LogUnread(Exception? exception, string reason);
}
