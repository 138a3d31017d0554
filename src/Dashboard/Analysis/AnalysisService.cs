using LogitLens.Dashboard.Hosting;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Moves work from Storage through Inference back to Storage, a batch of one run's analyses at a time. It owns the model.</summary>
internal sealed partial class AnalysisService(
    AnalysisQueue queue,
    RunStore runs,
    AnalysisRunner runner,
    EngineHost engines,
    CurrentWork work,
    AnalysisMonitor monitor,
    DemoSeed demo,
    TimeProvider clock,
    IOptions<LogitLensOptions> options,
    ILogger<AnalysisService> logger) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ProgressMeter _meter = new(clock);
    private readonly Lock _reporting = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await PersistAsync(
                async () =>
                {
                    var again = await queue.RequeueInterruptedAsync(stoppingToken);
                    if (again > 0)
                    {
                        LogRequeued(again);
                    }

                    await runs.FinishDeletionsAsync(stoppingToken);
                },
                stoppingToken);
            await demo.PlantAsync(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                IReadOnlyList<ClaimedAnalysis> claimed = [];
                await PersistAsync(
                    async () =>
                    {
                        claimed = await queue.ClaimBatchAsync(engines.Loaded, AnalysisRunner.MostPictures, AnalysisRunner.MostAnalyses, stoppingToken);
                        work.Queued = await queue.CountQueuedAsync(stoppingToken);
                    },
                    stoppingToken);
                if (claimed.Count == 0)
                {
                    await IdleAsync(stoppingToken);
                }
                else
                {
                    await ProcessAsync(claimed, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
        finally
        {
            await engines.UnloadAsync();
        }
    }

    private async Task IdleAsync(CancellationToken stoppingToken)
    {
        if (monitor.Current is not null)
        {
            monitor.Report([]);
        }

        var minutes = options.Value.UnloadAfterMinutes;
        var timeout = engines.Loaded is null || minutes == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMinutes(minutes);
        if (!await work.WaitAsync(timeout, stoppingToken))
        {
            LogUnloaded(minutes);
            await engines.UnloadAsync();
        }
    }

    private async Task ProcessAsync(IReadOnlyList<ClaimedAnalysis> claimed, CancellationToken stoppingToken)
    {
        var stops = claimed.Select(_ => CancellationTokenSource.CreateLinkedTokenSource(stoppingToken)).ToList();
        var items = claimed.Select((analysis, i) => new RunnerItem(analysis, stops[i].Token)).ToList();
        work.Begin([.. claimed.Zip(stops)]);
        monitor.ReportRun(claimed[0].Run);
        var settled = new HashSet<RunnerItem>();
        var began = clock.GetTimestamp();
        var listener = new RunnerListener(
            (part, progress) =>
            {
                if (progress.Stage == RunnerStage.Preparing)
                {
                    _meter.Begin(part[0].Claimed);
                }

                _meter.Advance(progress);
                Report(part);
            },
            Report,
            async part =>
            {
                if (part.Any(item => item.Result is not null))
                {
                    _meter.Finish();
                }

                foreach (var item in part)
                {
                    await SettleAsync(item, clock.GetElapsedTime(began), stoppingToken);
                    settled.Add(item);
                }

                monitor.ReportRun(claimed[0].Run);
            });
        try
        {
            _meter.Begin(claimed[0]);
            await runner.RunAsync(items, keepReadings: false, listener, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            foreach (var item in items.Where(item => !settled.Contains(item) && item.Result is null))
            {
                await ReleaseAsync(item.Claimed);
            }
        }
        catch (Exception exception)
        {
            foreach (var item in items.Where(item => !settled.Contains(item) && item.Result is null))
            {
                item.Failure ??= exception;
                await SettleAsync(item, clock.GetElapsedTime(began), stoppingToken);
            }
        }
        finally
        {
            work.End();
            stops.ForEach(stop => stop.Dispose());
            monitor.ReportRun(claimed[0].Run);
        }
    }

    private async Task SettleAsync(RunnerItem item, TimeSpan time, CancellationToken stoppingToken)
    {
        var claimed = item.Claimed;
        if (item.Result is not null)
        {
            LogDone(claimed.Id, claimed.ImageName, time);
        }
        else if (item.Stop.IsCancellationRequested && stoppingToken.IsCancellationRequested)
        {
            await ReleaseAsync(claimed);
        }
        else if (item.Failure is { } failure && !item.Stop.IsCancellationRequested)
        {
            await FailAsync(claimed, failure, stoppingToken);
        }
        else
        {
            // A person cancelled or deleted it: the row says so already.
            LogCancelled(claimed.Id, claimed.ImageName);
        }
    }

    private async Task FailAsync(ClaimedAnalysis claimed, Exception exception, CancellationToken stoppingToken)
    {
        var sentence = FailureSentence.Expected(exception);
        if (sentence is null)
        {
            var errorId = Guid.NewGuid().ToString("N")[..8];
            LogUnexpected(exception, errorId, claimed.Id, claimed.ImageName);
            sentence = FailureSentence.Unexpected(exception, errorId);

            // Nobody knows in what state a bug left the model.
            await engines.UnloadAsync();
        }
        else
        {
            LogFailed(claimed.Id, claimed.ImageName, sentence);
        }

        await PersistAsync(() => queue.FailAsync(claimed.Id, claimed.Attempt, sentence, CancellationToken.None), stoppingToken);
    }

    private async Task ReleaseAsync(ClaimedAnalysis claimed)
    {
        try
        {
            await queue.ReleaseAsync(claimed.Id, claimed.Attempt, CancellationToken.None);
        }
        catch (StorageException exception)
        {
            // The next start finds it Running and queues it again.
            LogNotReleased(claimed.Id, exception.Message);
        }
    }

    /// <summary>Does what cannot be left undone; where the database cannot be written (a full disk), the service waits and tries again instead of ending.</summary>
    private async Task PersistAsync(Func<Task> write, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await write();
                monitor.ReportObstacle(null);
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // A sentence where it is the world's doing, the whole exception where it is a bug: neither ends the service.
                LogWaiting(exception is StorageException ? null : exception, exception.Message, Patience.TotalSeconds);
                monitor.ReportObstacle(exception is StorageException ? exception.Message : "The analysis service met an error it did not expect and tries again; the server's log has it.");
                await Task.Delay(Patience, clock, stoppingToken);
            }
        }
    }

    private void Report(IReadOnlyList<RunnerItem> items)
    {
        // Two threads come here; without the lock an older state could overwrite a newer one.
        lock (_reporting)
        {
            var queued = work.Queued;
            var (stage, fraction, remaining) = _meter.Read(queued / (double)items.Count);
            monitor.Report([.. items.Where(item => item.IsWanted).Select(item => new CurrentAnalysis(
                item.Claimed.Id, item.Claimed.Run, item.Claimed.ImageName, stage, fraction, item.Blobs, queued, remaining))]);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Interrupted analyses that are queued again: {Count}")]
    private partial void LogRequeued(int count);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "Analysis {Analysis} of {Image} done in {Time}")]
    private partial void LogDone(AnalysisId analysis, string image, TimeSpan time);

    [LoggerMessage(EventId = 3, Level = LogLevel.Debug, Message = "Analysis {Analysis} of {Image} cancelled")]
    private partial void LogCancelled(AnalysisId analysis, string image);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "Analysis {Analysis} of {Image} failed: {Reason}")]
    private partial void LogFailed(AnalysisId analysis, string image, string reason);

    [LoggerMessage(EventId = 5, Level = LogLevel.Error, Message = "Error {ErrorId} in analysis {Analysis} of {Image}")]
    private partial void LogUnexpected(Exception exception, string errorId, AnalysisId analysis, string image);

    [LoggerMessage(EventId = 6, Level = LogLevel.Warning, Message = "Analysis {Analysis} could not be put back into the queue: {Reason}")]
    private partial void LogNotReleased(AnalysisId analysis, string reason);

    [LoggerMessage(EventId = 7, Level = LogLevel.Warning, Message = "{Reason} The analyses wait; next try in {Seconds} s")]
    private partial void LogWaiting(Exception? exception, string reason, double seconds);

    [LoggerMessage(EventId = 8, Level = LogLevel.Debug, Message = "The checkpoint left memory after {Minutes} idle minutes")]
    private partial void LogUnloaded(double minutes);
}
