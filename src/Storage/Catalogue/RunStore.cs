using System.Data.Common;
using System.Runtime.InteropServices;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Readings.Digests;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace LogitLens.Storage;

/// <summary>Runs and their analyses, as people see and steer them.</summary>
public sealed class RunStore
{
    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;
    private readonly double _indexThreshold;

    internal RunStore(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock, double indexThreshold)
    {
        _reader = reader;
        _writer = writer;
        _clock = clock;
        _indexThreshold = indexThreshold;
    }

    /// <summary>Writes the run and queues its analyses in one transaction.</summary>
    /// <exception cref="StorageException">An image or the checkpoint has been deleted meanwhile, or the database cannot be written.</exception>
    /// <exception cref="ArgumentException">There are no items.</exception>
    public Task<RunId> AddAsync(NewRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Items.Count == 0)
        {
            throw new ArgumentException("A run needs at least one item.", nameof(run));
        }

        return _writer.WriteAsync(
            async (context, token) =>
            {
                var modelLayers = await context.Checkpoints.Where(c => c.Id == run.Checkpoint.Value).Select(c => (int?)c.Layers).SingleOrDefaultAsync(token)
                    ?? throw new StorageException($"The run \"{run.Name}\" was not started: its checkpoint is no longer in the database; choose it again.");
                await RequireImagesAsync(context, run.Name, run.Items, token);

                var id = RunId.New();
                var now = _clock.GetUtcNow();
                var layersTotal = run.Settings.Layers?.Count ?? modelLayers + 1;
                var entity = new RunEntity
                {
                    Id = id.Value,
                    Name = run.Name,
                    CheckpointId = run.Checkpoint.Value,
                    Settings = RunSettingsJson.Write(run.Settings),
                    Provenance = run.Provenance,
                    Prompt = run.Items.All(i => i.Prompt == run.Items[0].Prompt) ? run.Items[0].Prompt : null,
                    CreatedAt = now,
                    IndexThreshold = _indexThreshold,
                };
                context.Runs.Add(entity);
                await context.SaveChangesAsync(token);
                await InsertAnalysesAsync(context, entity.Number, run.Items, layersTotal, now, token);
                return id;
            },
            cancellationToken);
    }

    /// <summary>Queues more items in a run, with its checkpoint and settings; returns how many. Items that it has already, image and prompt alike, are left out.</summary>
    /// <exception cref="StorageException">The run or an image has been deleted meanwhile, or the database cannot be written.</exception>
    public Task<int> AddItemsAsync(RunId id, IReadOnlyList<NewItem> items, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        return _writer.WriteAsync(
            async (context, token) =>
            {
                var run = await context.Runs.Where(r => r.Id == id.Value && !r.Deleting).Select(r => new { r.Number, r.Name, r.Settings, r.Prompt, r.Checkpoint!.Layers }).SingleOrDefaultAsync(token)
                    ?? throw new StorageException("Nothing was added: the run is no longer in the database; choose another.");
                await RequireImagesAsync(context, run.Name, items, token);
                var known = (await context.Analyses.Where(a => a.RunNumber == run.Number).Select(a => new { a.ImageId, a.Prompt }).ToListAsync(token)).Select(a => (a.ImageId, a.Prompt)).ToHashSet();
                var added = items.Where(item => known.Add((item.Image.Value, item.Prompt))).ToList();
                if (added.Count == 0)
                {
                    return 0;
                }

                var first = (await context.Analyses.Where(a => a.RunNumber == run.Number).MaxAsync(a => (int?)a.Ordinal, token) ?? -1) + 1;
                await InsertAnalysesAsync(context, run.Number, added, RunSettingsJson.Read(run.Settings).Layers?.Count ?? run.Layers + 1, _clock.GetUtcNow(), token, first);
                if (run.Prompt is not null && added.Any(item => item.Prompt != run.Prompt))
                {
                    await context.Runs.Where(r => r.Number == run.Number).ExecuteUpdateAsync(r => r.SetProperty(x => x.Prompt, (string?)null), token);
                }

                return added.Count;
            },
            cancellationToken);
    }

    /// <summary>A page of runs, newest first.</summary>
    public Task<Page<RunRow>> ListAsync(int skip, int take, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            var total = await context.Runs.CountAsync(token);
            return new Page<RunRow>(await context.Runs.OrderByDescending(r => r.Number).Skip(skip).Take(take).ToRowsAsync(context, token), total);
        },
        cancellationToken);

    /// <summary>One run, or null.</summary>
    public Task<RunRow?> FindAsync(RunId id, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) => (await context.Runs.Where(r => r.Id == id.Value).ToRowsAsync(context, token)).SingleOrDefault(),
        cancellationToken);

    /// <summary>How a run ended; null while something of it is queued or running, where it is gone, and where all of it was imported.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<RunEnd?> FindEndAsync(RunId id, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            var runs = context.Runs.Where(r => r.Id == id.Value && !r.Deleting);
            if (await runs.Select(r => (long?)r.Number).SingleOrDefaultAsync(token) is not { } number
                || await context.Analyses.AnyAsync(a => a.RunNumber == number && (a.State == AnalysisState.Queued || a.State == AnalysisState.Running), token))
            {
                return null;
            }

            var ended = await context.Analyses
                .Where(a => a.RunNumber == number && !context.AnalysisSources.Any(s => s.AnalysisId == a.Id))
                .MaxAsync(a => a.FinishedAt, token);
            var row = (await runs.ToRowsAsync(context, token)).Single();
            return ended is { } at ? new RunEnd(id, row.Name, row.Counts, at) : null;
        },
        cancellationToken);

    /// <summary>What analyses of the checkpoint in a folder cost here: of the newest run that has some Done, read in as many layers if there is one; null if there is none.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<PastCost?> FindPastCostAsync(string checkpointFolder, int layers, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            var done = context.Runs.Where(r => r.Checkpoint!.Folder == checkpointFolder && !r.Deleting && r.Analyses.Any(a => a.State == AnalysisState.Done && a.StartedAt != null));
            var run = await done.Where(r => r.Analyses.Any(a => a.State == AnalysisState.Done && a.LayersTotal == layers)).OrderByDescending(r => r.Number).FirstOrDefaultAsync(token)
                ?? await done.OrderByDescending(r => r.Number).FirstOrDefaultAsync(token);
            return run is null ? null : await MeasureAsync(context, run, token);
        },
        cancellationToken);

    /// <summary>What analyses of a run cost; null if none was done here yet.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<PastCost?> FindPastCostAsync(RunId id, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) => await context.Runs.SingleOrDefaultAsync(r => r.Id == id.Value, token) is { } run ? await MeasureAsync(context, run, token) : null,
        cancellationToken);

    /// <summary>A page of a run's analyses by ordinal, in one state if given.</summary>
    public Task<Page<AnalysisRow>> ListAnalysesAsync(RunId id, AnalysisState? state, int skip, int take, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            if (await NumberOfAsync(context, id, token) is not { } number)
            {
                return new Page<AnalysisRow>([], 0);
            }

            var analyses = context.Analyses.Where(a => a.RunNumber == number);
            if (state is { } wanted)
            {
                analyses = analyses.Where(a => a.State == wanted);
            }

            var total = await analyses.CountAsync(token);
            return new Page<AnalysisRow>(await analyses.OrderBy(a => a.Ordinal).Skip(skip).Take(take).ToRowsAsync(token), total);
        },
        cancellationToken);

    /// <summary>One analysis with its run, image and layout, or null.</summary>
    public Task<AnalysisDetail?> FindAnalysisAsync(AnalysisId id, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            var analysis = context.Analyses.Where(a => a.Id == id.Value);
            if ((await analysis.ToRowsAsync(token)).SingleOrDefault() is not { } row)
            {
                return null;
            }

            var run = (await context.Runs.Where(r => r.Id == row.Run.Value).ToRowsAsync(context, token)).Single();
            var image = (await context.Images.Where(i => i.Id == row.Image.Value).ToRowsAsync(token)).Single();
            var more = await analysis
                .Select(a => new { Layout = a.Layout!.Packed, a.AnswerIds, Blobs = a.Readings.Count(r => r.Attempt == a.Attempt), Shared = (int?)a.Prefix!.Positions })
                .SingleAsync(token);
            return new AnalysisDetail(
                row,
                run,
                image,
                more.Layout is null ? null : AnalysisLayoutCodec.Unpack(more.Layout),
                MemoryMarshal.Cast<byte, int>(more.AnswerIds).ToArray(),
                more.Blobs)
            {
                SharedPositions = more.Shared ?? 0,
                Source = await context.AnalysisSources.Where(s => s.AnalysisId == id.Value).Select(s => s.Details).SingleOrDefaultAsync(token) is { } source
                    ? AnalysisSourceJson.Read(source)
                    : null,
            };
        },
        cancellationToken);

    /// <summary>The file an analysis was imported from, with what was named as its checkpoint; null for what was computed.</summary>
    public Task<ImportedSource?> FindSourceAsync(AnalysisId id, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
            await context.AnalysisSources.Where(s => s.AnalysisId == id.Value).Select(s => new { s.Details, s.CheckpointKey }).SingleOrDefaultAsync(token) is { } source
                ? new ImportedSource(AnalysisSourceJson.Read(source.Details), source.CheckpointKey)
                : null,
        cancellationToken);

    /// <summary>The analyses before and after this one in its run (previous, next), for browsing.</summary>
    public Task<(AnalysisId? Previous, AnalysisId? Next)> FindNeighboursAsync(AnalysisId id, CancellationToken cancellationToken) =>
        _reader.ReadAsync<(AnalysisId? Previous, AnalysisId? Next)>(
            async (context, token) =>
            {
                var here = await context.Analyses.Where(a => a.Id == id.Value).Select(a => new { a.RunNumber, a.Ordinal }).SingleOrDefaultAsync(token);
                if (here is null)
                {
                    return (null, null);
                }

                var run = context.Analyses.Where(a => a.RunNumber == here.RunNumber);
                var previous = await run.Where(a => a.Ordinal < here.Ordinal).OrderByDescending(a => a.Ordinal).Select(a => (long?)a.Id).FirstOrDefaultAsync(token);
                var next = await run.Where(a => a.Ordinal > here.Ordinal).OrderBy(a => a.Ordinal).Select(a => (long?)a.Id).FirstOrDefaultAsync(token);
                return (previous is { } p ? new AnalysisId(p) : null, next is { } n ? new AnalysisId(n) : null);
            },
            cancellationToken);

    /// <summary>Queued and Running analyses of the run become Cancelled; returns how many. What a Running one had read so far goes.</summary>
    public Task<int> CancelAsync(RunId id, CancellationToken cancellationToken) => _writer.WriteAsync(
        (context, token) => CancelAsync(context, context.Analyses.Where(a => a.Run!.Id == id.Value), token),
        cancellationToken);

    /// <summary>One Queued or Running analysis becomes Cancelled. What a Running one had read so far goes.</summary>
    public Task<bool> CancelAsync(AnalysisId id, CancellationToken cancellationToken) => _writer.WriteAsync(
        async (context, token) => await CancelAsync(context, context.Analyses.Where(a => a.Id == id.Value), token) > 0,
        cancellationToken);

    /// <summary>Failed and Cancelled analyses of the run go back to Queued; returns how many.</summary>
    public Task<int> RetryAsync(RunId id, CancellationToken cancellationToken) => _writer.WriteAsync(
        (context, token) => RetryAsync(context.Analyses.Where(a => a.Run!.Id == id.Value), token),
        cancellationToken);

    /// <summary>One Failed or Cancelled analysis goes back to Queued.</summary>
    public Task<bool> RetryAsync(AnalysisId id, CancellationToken cancellationToken) => _writer.WriteAsync(
        async (context, token) => await RetryAsync(context.Analyses.Where(a => a.Id == id.Value), token) > 0,
        cancellationToken);

    /// <summary>Gives the run another name.</summary>
    public Task RenameAsync(RunId id, string name, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return _writer.WriteAsync(
            (context, token) => context.Runs.Where(r => r.Id == id.Value).ExecuteUpdateAsync(r => r.SetProperty(x => x.Name, name), token),
            cancellationToken);
    }

    /// <summary>Deletes the run, its analyses and readings, and the images and checkpoint that only it used.</summary>
    /// <remarks>
    /// A large run goes in steps, each a transaction of its own, between which a running analysis can commit. The first step takes it out of every search and
    /// statistic; whatever a crash leaves is a shorter run, which <see cref="FinishDeletionsAsync"/> deletes at the next start. Once begun it is not cancelled. An analysis of it that is being computed becomes stale. Pictures
    /// that were added but never analysed stay. The space is used again by later runs; the file does not shrink.
    /// </remarks>
    public async Task DeleteAsync(RunId id, CancellationToken cancellationToken)
    {
        // Nothing of it is claimed any more while it goes.
        await CancelAsync(id, cancellationToken);
        if (await _writer.WriteAsync((context, token) => BeginDeletingAsync(context, id, token), CancellationToken.None) is not { } number)
        {
            return;
        }

        while (await _writer.WriteAsync((context, token) => TokenIndex.DeleteSomeAsync(context, number, token), CancellationToken.None))
        {
        }

        while (!await _writer.WriteAsync((context, token) => DeleteStepAsync(context, id, token), CancellationToken.None))
        {
        }
    }

    /// <summary>Goes on deleting runs whose deletion was interrupted by the end of the process; returns how many. Call once at start.</summary>
    public async Task<int> FinishDeletionsAsync(CancellationToken cancellationToken)
    {
        var begun = await _reader.ReadAsync((context, token) => context.Runs.Where(r => r.Deleting).Select(r => r.Id).ToListAsync(token), cancellationToken);
        foreach (var id in begun)
        {
            await DeleteAsync(new RunId(id), cancellationToken);
        }

        return begun.Count;
    }

    /// <summary>Drops what is summed over the run's analyses, and marks it; its number, or null if it is gone.</summary>
    private static async Task<long?> BeginDeletingAsync(StorageContext context, RunId id, CancellationToken cancellationToken)
    {
        if (await NumberOfAsync(context, id, cancellationToken) is not { } number)
        {
            return null;
        }

        await context.Runs.Where(r => r.Number == number).ExecuteUpdateAsync(r => r.SetProperty(x => x.Deleting, true), cancellationToken);
        await AnalysisDigest.ForgetRunAsync(context, number, cancellationToken);
        return number;
    }

    internal static Task<long?> NumberOfAsync(StorageContext context, RunId id, CancellationToken cancellationToken) =>
        context.Runs.Where(r => r.Id == id.Value).Select(r => (long?)r.Number).SingleOrDefaultAsync(cancellationToken);

    /// <summary>Takes some analyses off the end of the run with the images only they used, or, when none is left, the run itself; true when it is gone.</summary>
    private static async Task<bool> DeleteStepAsync(StorageContext context, RunId id, CancellationToken cancellationToken)
    {
        var run = await context.Runs.Where(r => r.Id == id.Value).Select(r => new { r.Number, r.CheckpointId }).SingleOrDefaultAsync(cancellationToken);
        if (run is null)
        {
            return true;
        }

        var analyses = await context.Analyses
            .Where(a => a.RunNumber == run.Number)
            .OrderByDescending(a => a.Ordinal)
            .Take(Chunks.DeletedAnalyses)
            .Select(a => new { a.Id, a.ImageId })
            .ToListAsync(cancellationToken);
        if (analyses.Count > 0)
        {
            var ids = analyses.ConvertAll(a => a.Id);
            await context.Analyses.Where(a => ids.Contains(a.Id)).ExecuteDeleteAsync(cancellationToken);
            await ImageStore.DeleteUnusedAsync(context, [.. analyses.Select(a => a.ImageId).Distinct()], cancellationToken);
            return false;
        }

        await context.Runs.Where(r => r.Number == run.Number).ExecuteDeleteAsync(cancellationToken);
        await context.Checkpoints.Where(c => c.Id == run.CheckpointId && !c.Runs.Any()).ExecuteDeleteAsync(cancellationToken);
        return true;
    }

    private static async Task RequireImagesAsync(StorageContext context, string run, IReadOnlyList<NewItem> items, CancellationToken cancellationToken)
    {
        foreach (var chunk in items.Select(i => i.Image.Value).Distinct().Chunk(Chunks.Ids))
        {
            var found = await context.Images.CountAsync(i => chunk.Contains(i.Id), cancellationToken);
            if (found < chunk.Length)
            {
                throw new StorageException(
                    $"The run \"{run}\" was not started: {chunk.Length - found} of its images are no longer in the database; add them again.");
            }
        }
    }

    /// <summary>One prepared statement for all: a run may have 10,000 items, and the writer is nobody else's meanwhile.</summary>
    private static async Task InsertAnalysesAsync(
        StorageContext context, long run, IReadOnlyList<NewItem> items, int layersTotal, DateTimeOffset now, CancellationToken cancellationToken, int firstOrdinal = 0)
    {
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandText = """
            INSERT INTO "Analyses" ("RunNumber", "Ordinal", "ImageId", "State", "Attempt", "LayersDone", "LayersTotal", "Prompt", "TrueAnswer", "QueuedAt")
            VALUES (@run, @ordinal, @image, @state, 0, 0, @layers, @prompt, @answer, @now)
            """;
        Add("@run", run);
        Add("@state", (int)AnalysisState.Queued);
        Add("@layers", layersTotal);
        Add("@now", now.ToUnixTimeMilliseconds());
        var ordinal = Add("@ordinal", 0);
        var image = Add("@image", 0L);
        var prompt = Add("@prompt", "");
        var answer = Add("@answer", DBNull.Value);
        for (var i = 0; i < items.Count; i++)
        {
            ordinal.Value = firstOrdinal + i;
            image.Value = items[i].Image.Value;
            prompt.Value = items[i].Prompt;
            answer.Value = (object?)items[i].TrueAnswer ?? DBNull.Value;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        DbParameter Add(string name, object value)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
            return parameter;
        }
    }

    private async Task<int> CancelAsync(StorageContext context, IQueryable<AnalysisEntity> chosen, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        await AnalysisQueue.DropResultsAsync(context, chosen.Where(a => a.State == AnalysisState.Running), cancellationToken);
        return await chosen
            .Where(a => a.State == AnalysisState.Queued || a.State == AnalysisState.Running)
            .ExecuteUpdateAsync(
                a => a.SetProperty(x => x.State, AnalysisState.Cancelled).SetProperty(x => x.LayersDone, 0).SetProperty(x => x.FinishedAt, now),
                cancellationToken);
    }

    private async Task<int> RetryAsync(IQueryable<AnalysisEntity> chosen, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        return await chosen
            .Where(a => (a.State == AnalysisState.Failed || a.State == AnalysisState.Cancelled) && !a.Run!.Deleting)
            .ExecuteUpdateAsync(
                a => a
                    .SetProperty(x => x.State, AnalysisState.Queued)
                    .SetProperty(x => x.Error, (string?)null)
                    .SetProperty(x => x.QueuedAt, now)
                    .SetProperty(x => x.StartedAt, (DateTimeOffset?)null)
                    .SetProperty(x => x.FinishedAt, (DateTimeOffset?)null),
                cancellationToken);
    }

    private static async Task<PastCost?> MeasureAsync(StorageContext context, RunEntity run, CancellationToken token)
    {
        const int Sample = 64;
        var sample = await context.Analyses
            .Where(a => a.RunNumber == run.Number && a.State == AnalysisState.Done && a.StartedAt != null && a.FinishedAt != null)
            .OrderByDescending(a => a.Ordinal)
            .Take(Sample)
            .Select(a => new
            {
                Started = a.StartedAt!.Value,
                Finished = a.FinishedAt!.Value,
                a.LayersTotal,
                Bytes = context.Summaries.Where(s => s.AnalysisId == a.Id).Sum(s => (long)s.Packed.Length),
                Segments = context.Summaries.Count(s => s.AnalysisId == a.Id),
                a.PrefixId,
                Shared = (int?)a.Prefix!.Positions,
                Layout = a.Layout!.Packed,
            })
            .ToListAsync(token);
        if (sample.Count == 0)
        {
            return null;
        }

        var vocabulary = await context.Checkpoints.Where(c => c.Id == run.CheckpointId).Select(c => c.VocabularySize).SingleAsync(token);
        var width = (vocabulary <= 65_536 ? 2 : 4) + 4;
        var together = (sample.Max(a => a.Finished) - sample.Min(a => a.Started)).TotalSeconds / sample.Count;
        var each = sample.Select(a => (a.Finished - a.Started).TotalSeconds).Order().ElementAt(sample.Count / 2);

        // What is kept once of several prompts on a picture counts for each of them here, and is taken off where it is said how many share.
        var positions = sample.Average(a => ((((double)a.Bytes / a.LayersTotal) - (32.0 * a.Segments)) / width) + (a.Shared ?? 0));
        var sharing = sample.Where(a => a.PrefixId is not null).ToList();
        return new PastCost(run.Name, sample.Count, Math.Min(together, each), positions, vocabulary)
        {
            PositionsToShare = sample.Find(a => a.Shared is not null)?.Shared ?? (sample[0].Layout is { } layout ? AnalysisLayoutCodec.Unpack(layout).CountToPictureEnd() : 0),
            Spared = (double)(sharing.Count - sharing.Select(a => a.PrefixId).Distinct().Count()) / sample.Count,
        };
    }
}
