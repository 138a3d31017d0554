using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Exchange.Import;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Writes analyses that came in files of other tools: the image, the checkpoint, the run and the Done analysis of a file in one transaction.</summary>
public sealed class ForeignFileStore
{
    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;

    internal ForeignFileStore(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock)
    {
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
        return _writer.WriteAsync(
            async (context, token) =>
            {
                if (await FindAsync(context, file.Source.Sha256, file.CheckpointKey, token) is { } known)
                {
                    return new ForeignFileResult(known, IsNew: false);
                }

                return await AddCheckpointAsync(context, file, token) is { } checkpoint
                    ? new ForeignFileResult(await AddAnalysisAsync(context, file, checkpoint, token), IsNew: true)
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

    private async Task<AnalysisId> AddAnalysisAsync(StorageContext context, ForeignFile file, long checkpoint, CancellationToken cancellationToken)
    {
        var image = await ImageStore.AddAsync(context, file.Image, _clock.GetUtcNow(), cancellationToken);
        var run = await AddRunAsync(context, file, checkpoint, cancellationToken);
        throw new NotImplementedException($"{image} {run}");
    }

    private Task<long> AddRunAsync(StorageContext context, ForeignFile file, long checkpoint, CancellationToken cancellationToken) =>
        throw new NotImplementedException($"{context} {file} {checkpoint} {cancellationToken}");
}
