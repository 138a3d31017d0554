using System.Security.Cryptography;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Exchange.Import;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Readings.Digests;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Writes analyses that came in files of other tools: the image, the checkpoint, the run and the Done analysis of a file in one transaction.</summary>
public sealed class ForeignFileStore
{
    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;
    private readonly double _indexThreshold;

    internal ForeignFileStore(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock, double indexThreshold)
    {
        _indexThreshold = indexThreshold;
        _reader = reader;
        _writer = writer;
        _clock = clock;
    }

    /// <summary>The analysis that a file of these bytes has become under a checkpoint key, or null.</summary>
    public Task<AnalysisId?> FindAsync(string sha256, string checkpointKey, CancellationToken cancellationToken) => _reader.ReadAsync(
        (context, token) => FindAsync(context, sha256, checkpointKey, token),
        cancellationToken);

    /// <summary>Writes a file's analysis; one that is here already is left as it is.</summary>
    /// <exception cref="ArgumentException">A layer does not fit the codec or the vocabulary.</exception>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public Task<ForeignFileResult> AddAsync(ForeignFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        var readings = PackedReadings.From(file.Layers, [], file.Checkpoint.VocabularySize);
        return _writer.WriteAsync(
            async (context, token) =>
            {
                if (await FindAsync(context, file.Source.Sha256, file.CheckpointKey, token) is { } known)
                {
                    return new ForeignFileResult(known, IsNew: false);
                }

                return await AddCheckpointAsync(context, file, token) is { } checkpoint
                    ? new ForeignFileResult(await AddAnalysisAsync(context, file, checkpoint, readings, token), IsNew: true)
                    : new ForeignFileResult(null, IsNew: false);
            },
            cancellationToken);
    }

    private static async Task<AnalysisId?> FindAsync(StorageContext context, string sha256, string checkpointKey, CancellationToken cancellationToken) =>
        await context.AnalysisSources.Where(s => s.Sha256 == sha256 && s.CheckpointKey == checkpointKey).Select(s => (long?)s.AnalysisId).SingleOrDefaultAsync(cancellationToken) is { } id
            ? new AnalysisId(id)
            : null;

    /// <summary>The checkpoint's row, added or its table grown; null if the table is not the one the file's ids were taken from.</summary>
    private async Task<long?> AddCheckpointAsync(StorageContext context, ForeignFile file, CancellationToken cancellationToken)
    {
        var wanted = file.Checkpoint;
        var known = await context.Checkpoints.Where(c => c.Hash == wanted.Hash).Select(c => new { c.Id, c.VocabularySize }).SingleOrDefaultAsync(cancellationToken);
        if ((known?.VocabularySize ?? 0) != file.KnownTokens)
        {
            return null;
        }

        if (known is null)
        {
            var entity = CheckpointStore.ToEntity(wanted, TokenTableCodec.Pack(wanted.Tokens), _clock.GetUtcNow());
            context.Checkpoints.Add(entity);
            await context.SaveChangesAsync(cancellationToken);
            return entity.Id;
        }

        if (known.VocabularySize != wanted.VocabularySize)
        {
            var packed = TokenTableCodec.Pack(wanted.Tokens);
            await context.Checkpoints.Where(c => c.Id == known.Id).ExecuteUpdateAsync(c => c.SetProperty(x => x.VocabularySize, wanted.VocabularySize), cancellationToken);
            await context.CheckpointTokens.Where(t => t.CheckpointId == known.Id).ExecuteUpdateAsync(t => t.SetProperty(x => x.Packed, packed), cancellationToken);
        }

        return known.Id;
    }

    private async Task<AnalysisId> AddAnalysisAsync(StorageContext context, ForeignFile file, long checkpoint, PackedReadings readings, CancellationToken cancellationToken)
    {
        const int Attempt = 1;
        var now = _clock.GetUtcNow();
        var image = await ImageStore.AddAsync(context, file.Image, Convert.ToHexStringLower(SHA256.HashData(file.Image.Bytes)), now, cancellationToken);
        var run = await AddRunAsync(context, file, checkpoint, now, cancellationToken);
        var entity = new AnalysisEntity
        {
            RunNumber = run,
            Ordinal = await context.Analyses.Where(a => a.RunNumber == run).MaxAsync(a => (int?)a.Ordinal, cancellationToken) + 1 ?? 0,
            ImageId = image,
            State = AnalysisState.Done,
            Attempt = Attempt,
            LayersDone = file.Layers.Count,
            LayersTotal = file.Layers.Count,
            Prompt = file.Prompt,
            AnswerIds = [],
            QueuedAt = now,
            StartedAt = now,
            FinishedAt = now,
        };
        context.Analyses.Add(entity);
        await context.SaveChangesAsync(cancellationToken);
        context.AnalysisSources.Add(new AnalysisSourceEntity
        {
            AnalysisId = entity.Id,
            Sha256 = file.Source.Sha256,
            CheckpointKey = file.CheckpointKey,
            Details = AnalysisSourceJson.Write(file.Source),
        });
        var id = new AnalysisId(entity.Id);
        await FinishedAnalysis.WriteAsync(context, id, file.Layout, readings, new TokenTable([.. file.Checkpoint.Tokens]), cancellationToken);
        return id;
    }

    /// <summary>The run's number, added if there is none of that id.</summary>
    private async Task<long> AddRunAsync(StorageContext context, ForeignFile file, long checkpoint, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = await context.Runs.Where(r => r.Id == file.Run.Value).Select(r => new { r.Number, r.CheckpointId, r.Prompt }).SingleOrDefaultAsync(cancellationToken);
        if (known is not null)
        {
            if (known.CheckpointId != checkpoint)
            {
                throw new InvalidOperationException($"Run {file.Run} belongs to another checkpoint.");
            }

            if (known.Prompt is not null && known.Prompt != file.Prompt)
            {
                await context.Runs.Where(r => r.Number == known.Number).ExecuteUpdateAsync(r => r.SetProperty(x => x.Prompt, (string?)null), cancellationToken);
            }

            return known.Number;
        }

        var entity = new RunEntity
        {
            Id = file.Run.Value,
            Name = file.RunName,
            CheckpointId = checkpoint,
            Settings = RunSettingsJson.Write(file.Settings),
            Provenance = file.Provenance,
            Prompt = file.Prompt,
            CreatedAt = now,
            IndexThreshold = _indexThreshold,
        };
        context.Runs.Add(entity);
        await context.SaveChangesAsync(cancellationToken);
        return entity.Number;
    }
}
