using LogitLens.Dashboard.Analysis;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Importing;

/// <summary>Reads the files that were handed over, one after another, oldest import first. It shares nothing with the analysis service but the database.</summary>
internal sealed partial class ImportService(
    ImportJobStore jobs,
    ImportSessions sessions,
    ImportSpool spool,
    ImportCoordinator coordinator,
    ImportMonitor monitor,
    AnalysisMonitor analyses,
    RunStore runs,
    TimeProvider clock,
    ILogger<ImportService> logger) : BackgroundService
{
    private const string Stopped = "LogitLens was stopped while files were still coming, so only those that had come were read; import the same files again: those that are here are left as they are.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private ImportJobId? _job;
    private FileImporter? _importer;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await PersistAsync(async () =>
            {
                await jobs.CloseInterruptedAsync(Stopped, stoppingToken);
                await spool.SweepAsync(() => jobs.ListCopiesAsync(stoppingToken));
            }, stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                (ImportJobRow Job, ImportFileRow File)? next = null;
                await PersistAsync(async () => next = await jobs.NextAsync(stoppingToken), stoppingToken);
                if (next is var (job, file))
                {
                    await PersistAsync(() => ImportAsync(job, file, stoppingToken), stoppingToken);
                }
                else
                {
                    (_job, _importer) = (null, null);
                    await PersistAsync(() => spool.SweepAsync(() => jobs.ListCopiesAsync(stoppingToken)), stoppingToken);
                    await coordinator.WaitAsync(stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends; what waits is read after the next start.
        }
    }

    private async Task ImportAsync(ImportJobRow job, ImportFileRow file, CancellationToken stoppingToken)
    {
        var outcome = await ReadAsync(job, file, stoppingToken);
        await jobs.FinishFileAsync(job.Id, file.Ordinal, outcome.State, outcome.Note, outcome.Analysis, CancellationToken.None);
        if (file.Copy is { } copy)
        {
            spool.Forget(copy);
        }

        monitor.Report(job.Id);
        if (outcome is { State: ImportFileState.Imported, Analysis: { } analysis } && await runs.FindAnalysisAsync(analysis, stoppingToken) is { } detail)
        {
            analyses.ReportRun(detail.Row.Run);
        }
    }

    private async Task<ImportOutcome> ReadAsync(ImportJobRow job, ImportFileRow file, CancellationToken stoppingToken)
    {
        if (file.Copy is not { } copy || !File.Exists(spool.PathOf(copy)))
        {
            return ImportOutcome.Failed($"{file.Name} is no longer among the files taken in: import it again.");
        }

        try
        {
            if (_job != job.Id || _importer is null)
            {
                (_importer, _job) = (await sessions.OpenAsync(job.Id, job.Name, job.Checkpoint, stoppingToken), job.Id);
            }

            return await _importer.ImportAsync(file.Name, spool.PathOf(copy), stoppingToken);
        }
        catch (RefusedInputException refused)
        {
            return ImportOutcome.Failed(refused.Message);
        }
        catch (Exception exception) when (exception is not (StorageException or OperationCanceledException))
        {
            var id = Guid.NewGuid().ToString("N")[..8];
            LogUnforeseen(exception, file.Name, id);
            return ImportOutcome.Failed($"{file.Name} failed in a way that was not foreseen ({exception.GetType().Name}): look for error {id} in LogitLens' log.");
        }
    }

    /// <summary>A full disk or a lost folder ends no import: it goes on when the database can be written again.</summary>
    private async Task PersistAsync(Func<Task> write, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await write();
                return;
            }
            catch (StorageException exception)
            {
                LogWaiting(exception.Message);
                (_job, _importer) = (null, null);
                await Task.Delay(Patience, clock, stoppingToken);
            }
        }
    }

    [LoggerMessage(EventId = 40, Level = LogLevel.Error, Message = "Importing {File} failed, error {ErrorId}")]
    private partial void LogUnforeseen(Exception exception, string file, string errorId);

    [LoggerMessage(EventId = 41, Level = LogLevel.Warning, Message = "The import waits: {Reason}")]
    private partial void LogWaiting(string reason);
}
