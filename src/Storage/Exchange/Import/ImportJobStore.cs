using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Exchange.Import;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Imports and their files: what waits, what became of it. The rows are the queue, so a restart forgets nothing.</summary>
public sealed class ImportJobStore
{
    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;

    internal ImportJobStore(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock)
    {
        _reader = reader;
        _writer = writer;
        _clock = clock;
    }

    /// <summary>Begins an import.</summary>
    /// <param name="checkpoint">The checkpoint as it was named; null where none was.</param>
    /// <param name="total">Files to come, as far as it is known.</param>
    public Task<ImportJobId> AddAsync(string name, string? checkpoint, int total, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var id = ImportJobId.New();
        return _writer.WriteAsync(
            async (context, token) =>
            {
                context.ImportJobs.Add(new ImportJobEntity { Id = id.Value, Name = name, Checkpoint = checkpoint, Total = total, CreatedAt = _clock.GetUtcNow() });
                await context.SaveChangesAsync(token);
                return id;
            },
            cancellationToken);
    }

    /// <summary>Adds a file that has arrived; gives its ordinal, or null if the import is not Running any more.</summary>
    /// <param name="copy">What its copy is called that is kept until it has been read.</param>
    public Task<int?> AddFileAsync(ImportJobId id, string name, string copy, CancellationToken cancellationToken) => _writer.WriteAsync(
        async (context, token) =>
        {
            if (await Running(context, id).Select(j => (long?)j.Number).SingleOrDefaultAsync(token) is not { } number)
            {
                return (int?)null;
            }

            return await AddFileAsync(context, new ImportFileEntity { JobNumber = number, Name = name, State = ImportFileState.Waiting, Copy = copy }, token);
        },
        cancellationToken);

    /// <summary>Adds a file together with what became of it; false if the import is not Running any more.</summary>
    public Task<bool> AddFinishedFileAsync(ImportJobId id, string name, ImportFileState state, string? note, AnalysisId? analysis, CancellationToken cancellationToken) =>
        _writer.WriteAsync(
            async (context, token) =>
            {
                if (await Running(context, id).Select(j => (long?)j.Number).SingleOrDefaultAsync(token) is not { } number)
                {
                    return false;
                }

                await AddFileAsync(
                    context,
                    new ImportFileEntity { JobNumber = number, Name = name, State = state, Note = note, AnalysisId = await StillThereAsync(context, analysis, token) },
                    token);
                await CountAsync(context, number, state, token);
                return true;
            },
            cancellationToken);

    /// <summary>Says what became of a waiting file; false if it does not wait any more.</summary>
    public Task<bool> FinishFileAsync(ImportJobId id, int ordinal, ImportFileState state, string? note, AnalysisId? analysis, CancellationToken cancellationToken) =>
        _writer.WriteAsync(
            async (context, token) =>
            {
                if (await Running(context, id).Select(j => (long?)j.Number).SingleOrDefaultAsync(token) is not { } number)
                {
                    return false;
                }

                var known = await StillThereAsync(context, analysis, token);
                var changed = await context.ImportFiles
                    .Where(f => f.JobNumber == number && f.Ordinal == ordinal && f.State == ImportFileState.Waiting)
                    .ExecuteUpdateAsync(f => f.SetProperty(x => x.State, state).SetProperty(x => x.Note, note).SetProperty(x => x.AnalysisId, known), token);
                if (changed == 0)
                {
                    return false;
                }

                await CountAsync(context, number, state, token);
                await FinishIfWholeAsync(context, number, token);
                return true;
            },
            cancellationToken);

    /// <summary>No more files come; the import is Done once none waits. What did not come leaves the total.</summary>
    /// <param name="error">Why it ends before all files came, in a sentence; null if all did.</param>
    public Task<bool> CloseAsync(ImportJobId id, string? error, CancellationToken cancellationToken) => _writer.WriteAsync(
        async (context, token) =>
        {
            if (await Running(context, id).Select(j => (long?)j.Number).SingleOrDefaultAsync(token) is not { } number)
            {
                return false;
            }

            var came = await context.ImportFiles.CountAsync(f => f.JobNumber == number, token);
            await context.ImportJobs
                .Where(j => j.Number == number)
                .ExecuteUpdateAsync(j => j.SetProperty(x => x.IsClosed, true).SetProperty(x => x.Error, error).SetProperty(x => x.Total, came), token);
            await FinishIfWholeAsync(context, number, token);
            return true;
        },
        cancellationToken);

    /// <summary>Stops an import: what waits is not read any more, what was imported stays. False if it has ended already.</summary>
    public Task<bool> CancelAsync(ImportJobId id, CancellationToken cancellationToken) => _writer.WriteAsync(
        async (context, token) =>
        {
            if (await Running(context, id).Select(j => (long?)j.Number).SingleOrDefaultAsync(token) is not { } number)
            {
                return false;
            }

            await context.ImportFiles
                .Where(f => f.JobNumber == number && f.State == ImportFileState.Waiting)
                .ExecuteUpdateAsync(f => f.SetProperty(x => x.State, ImportFileState.Cancelled), token);
            await EndAsync(context, number, ImportJobState.Cancelled, null, token);
            return true;
        },
        cancellationToken);

    /// <summary>Imports whose files stopped coming when a process ended are closed with that sentence; returns how many. Call once at start.</summary>
    public Task<int> CloseInterruptedAsync(string error, CancellationToken cancellationToken) => _writer.WriteAsync(
        async (context, token) =>
        {
            var open = await context.ImportJobs.Where(j => j.State == ImportJobState.Running && !j.IsClosed).Select(j => j.Number).ToListAsync(token);
            foreach (var number in open)
            {
                await context.ImportJobs.Where(j => j.Number == number).ExecuteUpdateAsync(j => j.SetProperty(x => x.IsClosed, true).SetProperty(x => x.Error, error), token);
                await FinishIfWholeAsync(context, number, token);
            }

            return open.Count;
        },
        cancellationToken);

    /// <summary>The next waiting file, of the oldest import first; null if none waits.</summary>
    public Task<(ImportJobRow Job, ImportFileRow File)?> NextAsync(CancellationToken cancellationToken) => _reader.ReadAsync<(ImportJobRow Job, ImportFileRow File)?>(
        async (context, token) =>
        {
            var next = await context.ImportFiles
                .Where(f => f.State == ImportFileState.Waiting)
                .OrderBy(f => f.JobNumber)
                .ThenBy(f => f.Ordinal)
                .Select(f => new { f.JobNumber, f.Ordinal, f.Name, f.Copy })
                .FirstOrDefaultAsync(token);
            return next is null
                ? null
                : ((await RowsAsync(context.ImportJobs.Where(j => j.Number == next.JobNumber), token)).Single(),
                    new ImportFileRow(next.Ordinal, next.Name, ImportFileState.Waiting, null, null, next.Copy));
        },
        cancellationToken);

    /// <summary>What the copies of waiting files are called.</summary>
    public Task<IReadOnlySet<string>> ListCopiesAsync(CancellationToken cancellationToken) => _reader.ReadAsync<IReadOnlySet<string>>(
        async (context, token) => (await context.ImportFiles.Where(f => f.State == ImportFileState.Waiting && f.Copy != null).Select(f => f.Copy!).ToListAsync(token)).ToHashSet(StringComparer.Ordinal),
        cancellationToken);

    /// <summary>A page of imports, newest first.</summary>
    public Task<Page<ImportJobRow>> ListAsync(int skip, int take, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) => new Page<ImportJobRow>(
            await RowsAsync(context.ImportJobs.OrderByDescending(j => j.Number).Skip(skip).Take(take), token),
            await context.ImportJobs.CountAsync(token)),
        cancellationToken);

    /// <summary>One import, or null.</summary>
    public Task<ImportJobRow?> FindAsync(ImportJobId id, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) => (await RowsAsync(context.ImportJobs.Where(j => j.Id == id.Value), token)).SingleOrDefault(),
        cancellationToken);

    /// <summary>A page of an import's files in the order they came, in one state if given.</summary>
    public Task<Page<ImportFileRow>> ListFilesAsync(ImportJobId id, ImportFileState? state, int skip, int take, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            var files = context.ImportFiles.Where(f => f.Job!.Id == id.Value);
            if (state is { } wanted)
            {
                files = files.Where(f => f.State == wanted);
            }

            var found = await files.OrderBy(f => f.Ordinal).Skip(skip).Take(take).Select(f => new { f.Ordinal, f.Name, f.State, f.Note, f.AnalysisId }).ToListAsync(token);
            return new Page<ImportFileRow>(
                found.ConvertAll(f => new ImportFileRow(f.Ordinal, f.Name, f.State, f.Note, f.AnalysisId is { } analysis ? new AnalysisId(analysis) : null)),
                await files.CountAsync(token));
        },
        cancellationToken);

    /// <summary>The runs an import's analyses went into, oldest first.</summary>
    public Task<IReadOnlyList<RunId>> ListRunsAsync(ImportJobId id, CancellationToken cancellationToken) => _reader.ReadAsync<IReadOnlyList<RunId>>(
        async (context, token) =>
        {
            var runs = await context.ImportFiles
                .Where(f => f.Job!.Id == id.Value && f.State == ImportFileState.Imported && f.AnalysisId != null)
                .Select(f => new { f.Analysis!.RunNumber, f.Analysis.Run!.Id })
                .Distinct()
                .OrderBy(r => r.RunNumber)
                .ToListAsync(token);
            return runs.ConvertAll(r => new RunId(r.Id));
        },
        cancellationToken);

    private static IQueryable<ImportJobEntity> Running(StorageContext context, ImportJobId id) =>
        context.ImportJobs.Where(j => j.Id == id.Value && j.State == ImportJobState.Running);

    private static async Task<int> AddFileAsync(StorageContext context, ImportFileEntity file, CancellationToken cancellationToken)
    {
        var number = file.JobNumber;
        var ordinal = await context.ImportFiles.Where(f => f.JobNumber == number).MaxAsync(f => (int?)f.Ordinal, cancellationToken) + 1 ?? 0;
        file.Ordinal = ordinal;
        context.ImportFiles.Add(file);
        await context.SaveChangesAsync(cancellationToken);
        await context.ImportJobs
            .Where(j => j.Number == number && j.Total <= ordinal)
            .ExecuteUpdateAsync(j => j.SetProperty(x => x.Total, ordinal + 1), cancellationToken);
        return ordinal;
    }

    /// <summary>The analysis may have been deleted in the moment between its import and the note of it.</summary>
    private static async Task<long?> StillThereAsync(StorageContext context, AnalysisId? analysis, CancellationToken cancellationToken) =>
        analysis is { } id && await context.Analyses.AnyAsync(a => a.Id == id.Value, cancellationToken) ? id.Value : null;

    private static Task<int> CountAsync(StorageContext context, long number, ImportFileState state, CancellationToken cancellationToken)
    {
        var (imported, here, failed) = (
            state == ImportFileState.Imported ? 1 : 0,
            state == ImportFileState.AlreadyHere ? 1 : 0,
            state == ImportFileState.Failed ? 1 : 0);
        return context.ImportJobs
            .Where(j => j.Number == number)
            .ExecuteUpdateAsync(
                j => j
                    .SetProperty(x => x.Imported, x => x.Imported + imported)
                    .SetProperty(x => x.AlreadyHere, x => x.AlreadyHere + here)
                    .SetProperty(x => x.Failed, x => x.Failed + failed),
                cancellationToken);
    }

    private async Task FinishIfWholeAsync(StorageContext context, long number, CancellationToken cancellationToken)
    {
        var job = await context.ImportJobs.Where(j => j.Number == number).Select(j => new { j.IsClosed, j.Error }).SingleAsync(cancellationToken);
        if (job.IsClosed && !await context.ImportFiles.AnyAsync(f => f.JobNumber == number && f.State == ImportFileState.Waiting, cancellationToken))
        {
            await EndAsync(context, number, job.Error is null ? ImportJobState.Done : ImportJobState.Interrupted, job.Error, cancellationToken);
        }
    }

    private Task<int> EndAsync(StorageContext context, long number, ImportJobState state, string? error, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        return context.ImportJobs
            .Where(j => j.Number == number)
            .ExecuteUpdateAsync(
                j => j.SetProperty(x => x.State, state).SetProperty(x => x.Error, error).SetProperty(x => x.IsClosed, true).SetProperty(x => x.FinishedAt, now),
                cancellationToken);
    }

    private static async Task<List<ImportJobRow>> RowsAsync(IQueryable<ImportJobEntity> jobs, CancellationToken cancellationToken) =>
        (await jobs.ToListAsync(cancellationToken)).ConvertAll(j => new ImportJobRow(
            new ImportJobId(j.Id), j.Name, j.Checkpoint, j.State, j.IsClosed, j.Total, j.Imported, j.AlreadyHere, j.Failed, j.Error, j.CreatedAt, j.FinishedAt));
}
