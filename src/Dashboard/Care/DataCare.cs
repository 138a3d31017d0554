using System.Collections.Immutable;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Hosting;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Care;

/// <summary>Cares for the data while the dashboard runs: one piece at a time, in the background, with progress and a memory of the last outcomes. Safe from any thread.</summary>
internal sealed partial class DataCare(
    DatabaseBackup backup,
    DatabaseCheck check,
    DatabaseCompaction compaction,
    RetentionStore retention,
    IOptions<LogitLensOptions> options,
    TimeProvider clock,
    ILogger<DataCare> logger)
{
    private readonly CareMemory _memory = new(Path.Combine(Path.GetFullPath(options.Value.DataFolder), "care.json"));
    private readonly Lock _lock = new();
    private ImmutableDictionary<CareKind, CareOutcome>? _outcomes;
    private CareJob? _current;
    private CancellationTokenSource? _cancellation;

    /// <summary>Raised on a background thread when <see cref="Current"/> or an outcome moved on.</summary>
    public event Action? Changed;

    /// <summary>What is being done, or null.</summary>
    public CareJob? Current => Volatile.Read(ref _current);

    /// <summary>When the next scheduled backup is due; null without a schedule.</summary>
    public DateTimeOffset? NextBackup { get; private set; }

    /// <summary>What a person has to know on whatever page: the last backup failed, or the last check found something.</summary>
    public string? Trouble
    {
        get
        {
            var troubles = new[] { Last(CareKind.Backup), Last(CareKind.Check) }.Where(outcome => outcome is { IsGood: false }).Select(outcome => outcome!.Sentence).ToList();
            return troubles.Count == 0 ? null : string.Join(' ', troubles);
        }
    }

    /// <summary>How the last piece of a kind ended, or null.</summary>
    public CareOutcome? Last(CareKind kind) => Outcomes().GetValueOrDefault(kind);

    /// <summary>Begins; false if something is being done already.</summary>
    public bool TryStart(CareKind kind) => TryBegin(kind) is { } work && Go(work);

    /// <summary>Does it and returns its outcome; null if something is being done already, or the program ends.</summary>
    public async Task<CareOutcome?> RunAsync(CareKind kind)
    {
        if (TryBegin(kind) is not { } work)
        {
            return null;
        }

        return await work();
    }

    /// <summary>Stops what is being done; it leaves nothing half-done.</summary>
    public void Cancel()
    {
        lock (_lock)
        {
            _cancellation?.Cancel();
        }
    }

    internal void ReportNextBackup(DateTimeOffset? time)
    {
        NextBackup = time;
        Changed?.Invoke();
    }

    private static bool Go(Func<Task<CareOutcome?>> work)
    {
        // What comes of it is kept and read by everybody: it is not in the language of whoever pressed the button.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(work);
        }

        return true;
    }

    private ImmutableDictionary<CareKind, CareOutcome> Outcomes()
    {
        lock (_lock)
        {
            return _outcomes ??= _memory.Read().ToImmutableDictionary();
        }
    }

    private Func<Task<CareOutcome?>>? TryBegin(CareKind kind)
    {
        CancellationTokenSource cancellation;
        lock (_lock)
        {
            if (_current is not null)
            {
                return null;
            }

            _cancellation = cancellation = new CancellationTokenSource();
            Volatile.Write(ref _current, new CareJob(kind, clock.GetUtcNow(), "starting", null));
        }

        Changed?.Invoke();
        return () => DoAsync(kind, cancellation);
    }

    private async Task<CareOutcome?> DoAsync(CareKind kind, CancellationTokenSource cancellation)
    {
        CareOutcome? outcome = null;
        try
        {
            outcome = await DoAsync(kind, new Progress(this), cancellation.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            LogCancelled(kind);
        }
        catch (StorageException exception)
        {
            outcome = Failure(kind, exception.Message);
        }
        catch (Exception exception)
        {
            LogUnexpected(exception, kind);
            outcome = Failure(kind, $"It failed in a way that was not foreseen ({exception.GetType().Name}); LogitLens' log says more.");
        }

        Finish(outcome, cancellation);
        return outcome;
    }

    /// <summary>Null where there was nothing to do.</summary>
    private async Task<CareOutcome?> DoAsync(CareKind kind, IProgress<CareProgress> progress, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case CareKind.Backup:
                return await BackUpAsync(progress, cancellationToken);
            case CareKind.Check:
                var report = await check.CheckAsync(progress, cancellationToken);
                return new CareOutcome(
                    kind,
                    clock.GetUtcNow(),
                    report.IsWhole,
                    report.IsWhole
                        ? $"All is well: {Words.Count(report.Images, "image", "images")}, {Words.Count(report.Analyses, "analysis", "analyses")} and {Words.Count(report.Readings, "packed reading", "packed readings")} were looked at in {Words.Duration(report.Took)}."
                        : $"The last check of the database found {Words.Count(report.Findings.Count, "problem", "problems")}.",
                    [.. report.Findings.Select(finding => finding.ToString())]);
            case CareKind.LetGo:
                var gone = await retention.LetGoAsync(options.Value.RetentionDays, progress, cancellationToken);
                if (gone.Analyses == 0)
                {
                    return null;
                }

                return Success(kind, $"{Words.Count(gone.Analyses, "analysis", "analyses")} let go of {Words.Size(gone.Bytes)} beyond their summaries.");
            default:
                var done = await compaction.CompactAsync(progress, cancellationToken);
                return Success(kind, $"{Words.Size(done.BytesBefore)} before, {Words.Size(done.BytesAfter)} after, in {Words.Duration(done.Took)}.");
        }
    }

    private async Task<CareOutcome> BackUpAsync(IProgress<CareProgress> progress, CancellationToken cancellationToken)
    {
        var folder = options.Value.BackupFolder;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The backup folder {folder} cannot be created ({exception.Message.TrimEnd('.')}); set {LogitLensOptions.Section}:Backup:Folder to one that can.", exception);
        }

        var file = await backup.WriteAsync(folder, progress, cancellationToken);
        var gone = BackupFolder.Rotate(folder, options.Value.Backup.Rotation, clock.LocalTimeZone);
        LogBackedUp(file.Path, file.Bytes, file.Took);
        return Success(
            CareKind.Backup,
            $"{Path.GetFileName(file.Path)} ({Words.Size(file.Bytes)}) was written and checked in {Words.Duration(file.Took)}" + (gone == 0 ? "." : $"; {Words.Count(gone, "older one", "older ones")} went."));
    }

    private CareOutcome Success(CareKind kind, string sentence) => new(kind, clock.GetUtcNow(), true, sentence, []);

    private CareOutcome Failure(CareKind kind, string sentence)
    {
        LogFailed(kind, sentence);
        var what = kind switch { CareKind.Backup => "The last backup failed", CareKind.Check => "The last check could not be done", CareKind.LetGo => "Old readings could not be let go of", _ => "Compacting failed" };
        return new CareOutcome(kind, clock.GetUtcNow(), false, $"{what}: {sentence}", []);
    }

    private void Finish(CareOutcome? outcome, CancellationTokenSource cancellation)
    {
        var outcomes = Outcomes();
        if (outcome is not null)
        {
            outcomes = outcomes.SetItem(outcome.Kind, outcome);
            _memory.Write(outcomes.Values);
        }

        lock (_lock)
        {
            _outcomes = outcomes;
            _cancellation = null;
            Volatile.Write(ref _current, null);
        }

        cancellation.Dispose();
        Changed?.Invoke();
    }

    private void Report(CareProgress progress)
    {
        lock (_lock)
        {
            if (_current is { } current)
            {
                Volatile.Write(ref _current, current with { Stage = progress.Stage, Fraction = progress.Fraction });
            }
        }

        Changed?.Invoke();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Backup {Path} written and checked: {Bytes} bytes in {Took}")]
    private partial void LogBackedUp(string path, long bytes, TimeSpan took);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "{Kind} failed: {Reason}")]
    private partial void LogFailed(CareKind kind, string reason);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "{Kind} cancelled")]
    private partial void LogCancelled(CareKind kind);

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "{Kind} failed in a way that was not foreseen")]
    private partial void LogUnexpected(Exception exception, CareKind kind);

    /// <summary>On the thread that works: a later report must not be overtaken by an earlier one.</summary>
    private sealed class Progress(DataCare care) : IProgress<CareProgress>
    {
        public void Report(CareProgress value) => care.Report(value);
    }
}
