using System.Runtime.InteropServices;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Readings.Digests;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Writes what was computed elsewhere. Adding twice changes nothing: what is there stays as it is.</summary>
public sealed class ImportStore
{
    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;

    private readonly TokenTableCache _tokens;
    private readonly double _indexThreshold;

    internal ImportStore(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock, TokenTableCache tokens, double indexThreshold)
    {
        _reader = reader;
        _writer = writer;
        _clock = clock;
        _tokens = tokens;
        _indexThreshold = indexThreshold;
    }

    /// <summary>Keeps a checkpoint; one already known by its hash is returned as it is, with its own folder and tokens.</summary>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public async Task<CheckpointRow> AddCheckpointAsync(NewCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var known = await _reader.ReadAsync(
            async (context, token) => (await context.Checkpoints.Where(c => c.Hash == checkpoint.Hash).ToRowsAsync(token)).SingleOrDefault(),
            cancellationToken);
        if (known is not null)
        {
            return known;
        }

        return await new CheckpointStore(_reader, _writer, _clock).AddAsync(checkpoint, cancellationToken);
    }

    /// <summary>The image of these bytes, or null.</summary>
    public Task<ImageId?> FindImageAsync(string sha256, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) => await context.Images.Where(i => i.Sha256 == sha256).Select(i => (long?)i.Id).SingleOrDefaultAsync(token) is { } id
            ? new ImageId(id)
            : (ImageId?)null,
        cancellationToken);

    /// <summary>Keeps a run under the id it has; false if it is there already, null if a run of other settings or of another checkpoint has that id.</summary>
    /// <exception cref="StorageException">The checkpoint has been deleted meanwhile, or the database cannot be written.</exception>
    public Task<bool?> AddRunAsync(ImportedRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        return _writer.WriteAsync<bool?>(
            async (context, token) =>
            {
                var settings = RunSettingsJson.Write(run.Settings);
                if (await context.Runs.Where(r => r.Id == run.Id.Value).Select(r => new { r.CheckpointId, r.Settings }).SingleOrDefaultAsync(token) is { } known)
                {
                    // Written anew: an older program may have named fewer settings.
                    return known.CheckpointId == run.Checkpoint.Value && RunSettingsJson.Write(RunSettingsJson.Read(known.Settings)) == settings ? false : null;
                }

                if (!await context.Checkpoints.AnyAsync(c => c.Id == run.Checkpoint.Value, token))
                {
                    throw new StorageException($"The run \"{run.Name}\" was not imported: its checkpoint was deleted meanwhile; import it again.");
                }

                context.Runs.Add(new RunEntity
                {
                    Id = run.Id.Value,
                    Name = run.Name,
                    CheckpointId = run.Checkpoint.Value,
                    Settings = settings,
                    Provenance = run.Provenance,
                    Prompt = run.Prompt,
                    CreatedAt = run.CreatedAt,
                    IndexThreshold = _indexThreshold,
                });
                await context.SaveChangesAsync(token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Keeps an analysis with all that belongs to it, in one transaction; false if the run has one of that ordinal already.</summary>
    /// <exception cref="ArgumentException">It is Queued or Running, or Done without layout or layers.</exception>
    /// <exception cref="StorageException">The run or the image has been deleted meanwhile, or the database cannot be written.</exception>
    public Task<bool> AddAnalysisAsync(RunId run, ImportedAnalysis analysis, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        if (analysis.State is AnalysisState.Queued or AnalysisState.Running
            || (analysis.State == AnalysisState.Done) != (analysis.Layout is not null && analysis.Packed.Count > 0))
        {
            throw new ArgumentException($"An analysis that is {analysis.State} with {analysis.Packed.Count} layers cannot be imported.", nameof(analysis));
        }

        return _writer.WriteAsync(
            async (context, token) =>
            {
                var target = await context.Runs
                    .Where(r => r.Id == run.Value && !r.Deleting)
                    .Select(r => new { r.Number, r.Settings, r.Checkpoint!.Layers })
                    .SingleOrDefaultAsync(token)
                    ?? throw new StorageException("An analysis was not imported: its run was deleted meanwhile; import it again.");
                if (await context.Analyses.AnyAsync(a => a.RunNumber == target.Number && a.Ordinal == analysis.Ordinal, token))
                {
                    return false;
                }

                if (!await context.Images.AnyAsync(i => i.Id == analysis.Image.Value, token))
                {
                    throw new StorageException("An analysis was not imported: its image was deleted meanwhile; import it again.");
                }

                var wanted = RunSettingsJson.Read(target.Settings).Layers ?? [.. Enumerable.Range(0, target.Layers + 1)];
                await InsertAsync(context, target.Number, wanted, analysis, token);
                return true;
            },
            cancellationToken);
    }

    private async Task InsertAsync(
        StorageContext context, long run, IReadOnlyList<int> wanted, ImportedAnalysis analysis, CancellationToken cancellationToken)
    {
        const int Attempt = 1;
        var isDone = analysis.State == AnalysisState.Done;
        var entity = new AnalysisEntity
        {
            RunNumber = run,
            Ordinal = analysis.Ordinal,
            ImageId = analysis.Image.Value,
            State = analysis.State,
            Attempt = isDone ? Attempt : 0,
            LayersDone = isDone ? wanted.Count : 0,
            LayersTotal = wanted.Count,
            Prompt = analysis.Prompt,
            TrueAnswer = analysis.TrueAnswer,
            Error = analysis.Error,
            AnswerIds = isDone ? MemoryMarshal.AsBytes<int>([.. analysis.AnswerIds]).ToArray() : null,
            AnswerText = analysis.AnswerText,
            QueuedAt = analysis.QueuedAt,
            StartedAt = analysis.StartedAt,
            FinishedAt = analysis.FinishedAt,
        };
        context.Analyses.Add(entity);
        await context.SaveChangesAsync(cancellationToken);
        if (analysis.Layout is { } layout)
        {
            var readings = PackedReadings.Split(analysis.Packed.Take(wanted.Count), analysis.Packed.Skip(wanted.Count));
            await FinishedAnalysis.WriteAsync(context, new AnalysisId(entity.Id), layout, readings, _tokens, cancellationToken);
        }
    }
}
