using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Importing;

/// <summary>What pages and the HTTP interface do to imports: begin one, hand files over, close it, stop it.</summary>
public sealed class ImportCoordinator : IDisposable
{
    private const int MaxNameLength = 200;

    private readonly ImportJobStore _jobs;
    private readonly ImportSessions _sessions;
    private readonly ImportSpool _spool;
    private readonly ImportMonitor _monitor;
    private readonly SemaphoreSlim _work = new(0);

    internal ImportCoordinator(ImportJobStore jobs, ImportSessions sessions, ImportSpool spool, ImportMonitor monitor)
    {
        _jobs = jobs;
        _sessions = sessions;
        _spool = spool;
        _monitor = monitor;
    }

    /// <summary>Begins an import.</summary>
    /// <param name="name">Its runs are named so.</param>
    /// <param name="checkpoint">A folder with tokenizer files, or a hash or name the database knows; null or empty for none.</param>
    /// <param name="total">Files to come, as far as it is known.</param>
    /// <exception cref="RefusedInputException">The checkpoint or the name cannot be used.</exception>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public async Task<ImportJobId> BeginAsync(string? name, string? checkpoint, int total, CancellationToken cancellationToken)
    {
        var chosen = NameOf(name);
        await _sessions.RequireCheckpointAsync(checkpoint, cancellationToken);
        var job = await _jobs.AddAsync(chosen, string.IsNullOrWhiteSpace(checkpoint) ? null : checkpoint.Trim(), total, cancellationToken);
        _monitor.Report(job);
        return job;
    }

    /// <summary>Hands a file over; it is read in the background. False if the import has ended.</summary>
    /// <exception cref="RefusedInputException">It is too large or there is no space; the import goes on without it.</exception>
    public async Task<bool> AddFileAsync(ImportJobId job, string name, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(content);
        var clean = Analysis.PictureIntake.CleanName(name);
        var copy = await _spool.KeepAsync(clean, content, cancellationToken);
        var isTaken = false;
        try
        {
            isTaken = await _jobs.AddFileAsync(job, clean, copy, cancellationToken) is not null;
        }
        finally
        {
            if (!isTaken)
            {
                _spool.Forget(copy);
            }

            _spool.Settle(copy);
        }

        _monitor.Report(job);
        _work.Release();
        return isTaken;
    }

    /// <summary>Notes that a file could not be handed over.</summary>
    public async Task RefuseFileAsync(ImportJobId job, string name, string sentence, CancellationToken cancellationToken)
    {
        await _jobs.AddFinishedFileAsync(job, Analysis.PictureIntake.CleanName(name), ImportFileState.Failed, sentence, null, cancellationToken);
        _monitor.Report(job);
    }

    /// <summary>No more files come.</summary>
    /// <param name="error">Why not all did, in a sentence; null if all did.</param>
    public async Task CloseAsync(ImportJobId job, string? error, CancellationToken cancellationToken)
    {
        await _jobs.CloseAsync(job, error, cancellationToken);
        _monitor.Report(job);
        _work.Release();
    }

    /// <summary>Stops an import: what waits is not read any more, what was imported stays. False if it has ended already.</summary>
    public async Task<bool> CancelAsync(ImportJobId job, CancellationToken cancellationToken)
    {
        var stopped = await _jobs.CancelAsync(job, cancellationToken);
        _monitor.Report(job);
        _work.Release();
        return stopped;
    }

    /// <summary>Waits until something may be to do.</summary>
    internal async Task WaitAsync(CancellationToken cancellationToken)
    {
        await _work.WaitAsync(cancellationToken);

        // One look at the database answers all that was said meanwhile.
        while (await _work.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _work.Dispose();

    internal static string NameOf(string? name)
    {
        var clean = (name ?? string.Empty).Trim();
        return clean.Length switch
        {
            0 => throw new RefusedInputException("The import has no name: give it one to find its run by."),
            > MaxNameLength => throw new RefusedInputException($"The import's name has {clean.Length} characters, but {MaxNameLength} fit: shorten it."),
            _ => clean,
        };
    }
}
