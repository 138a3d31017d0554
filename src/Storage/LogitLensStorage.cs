using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Storage;

/// <summary>Where the data lives.</summary>
public sealed class StorageOptions
{
    /// <summary>Full path of the SQLite file; its folder is created.</summary>
    public required string DatabasePath { get; set; }
}

/// <summary>Registration.</summary>
public static class StorageServiceCollectionExtensions
{
    /// <summary>Adds the stores, all singletons (each operation opens its own context), and the context factory. Needs <c>TimeProvider</c>.</summary>
    public static IServiceCollection AddLogitLensStorage(this IServiceCollection services, StorageOptions options) => throw new NotImplementedException();
}

/// <summary>A data folder or database that cannot be used; the message is a sentence for people.</summary>
public sealed class StorageException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The database file as a whole.</summary>
public sealed class Database
{
    /// <summary>Creates or migrates the file; WAL, foreign keys. Call once at start.</summary>
    /// <exception cref="StorageException">Read-only folder, full disk, newer database, not a database.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary><c>PRAGMA integrity_check</c> and <c>foreign_key_check</c>; empty when all is well.</summary>
    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>Images.</summary>
public sealed class ImageStore
{
    /// <summary>Keeps a picture; one already known by its bytes is returned as it is.</summary>
    public Task<ImageRow> AddAsync(NewImage image, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A page of images, newest first, whose name contains <paramref name="search"/> (any case) if given.</summary>
    public Task<Page<ImageRow>> ListAsync(string? search, int skip, int take, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>One image by SHA-256, or null.</summary>
    public Task<ImageRow?> FindAsync(string sha256, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Some images by id, in the order asked for; unknown ids are left out.</summary>
    public Task<IReadOnlyList<ImageRow>> FindAsync(IReadOnlyList<ImageId> ids, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The picture file, or null.</summary>
    public Task<StoredFile?> ReadAsync(string sha256, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The picture file, or null.</summary>
    public Task<StoredFile?> ReadAsync(ImageId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The thumbnail, or null.</summary>
    public Task<StoredFile?> ReadThumbnailAsync(string sha256, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Analyses of one image, newest first, in any state.</summary>
    public Task<IReadOnlyList<AnalysisRow>> ListAnalysesAsync(ImageId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Deletes images that no analysis refers to; returns how many of <paramref name="ids"/> went.</summary>
    public Task<int> DeleteUnusedAsync(IReadOnlyList<ImageId> ids, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>Checkpoints and their token tables.</summary>
public sealed class CheckpointStore
{
    /// <summary>Keeps a checkpoint; one already known by its hash gets the new folder.</summary>
    public Task<CheckpointRow> AddAsync(NewCheckpoint checkpoint, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>All checkpoints, by name.</summary>
    public Task<IReadOnlyList<CheckpointRow>> ListAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>One checkpoint by hash, or null.</summary>
    public Task<CheckpointRow?> FindAsync(string hash, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The token table in id order; empty if the hash is unknown.</summary>
    public Task<IReadOnlyList<TokenRow>> ReadTokensAsync(string hash, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A hash remembered for files of these names, sizes and times, or null.</summary>
    /// <param name="fingerprint">Text made of folder, file names, lengths and modification times.</param>
    public Task<string?> FindHashAsync(string fingerprint, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Remembers a hash.</summary>
    public Task RememberHashAsync(string fingerprint, string hash, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>Runs and their analyses, as people see and steer them.</summary>
public sealed class RunStore
{
    /// <summary>Writes the run and queues its analyses in one transaction.</summary>
    public Task<RunId> AddAsync(NewRun run, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A page of runs, newest first.</summary>
    public Task<Page<RunRow>> ListAsync(int skip, int take, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>One run, or null.</summary>
    public Task<RunRow?> FindAsync(RunId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A page of a run's analyses by ordinal, in one state if given.</summary>
    public Task<Page<AnalysisRow>> ListAnalysesAsync(RunId id, AnalysisState? state, int skip, int take, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>One analysis with its run, image and layout, or null.</summary>
    public Task<AnalysisDetail?> FindAnalysisAsync(AnalysisId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The analyses before and after this one in its run (previous, next), for browsing.</summary>
    public Task<(AnalysisId? Previous, AnalysisId? Next)> FindNeighboursAsync(AnalysisId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Queued and Running analyses of the run become Cancelled; returns how many.</summary>
    public Task<int> CancelAsync(RunId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>One Queued or Running analysis becomes Cancelled.</summary>
    public Task<bool> CancelAsync(AnalysisId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Failed and Cancelled analyses of the run go back to Queued; returns how many.</summary>
    public Task<int> RetryAsync(RunId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>One Failed or Cancelled analysis goes back to Queued.</summary>
    public Task<bool> RetryAsync(AnalysisId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Gives the run another name.</summary>
    public Task RenameAsync(RunId id, string name, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Deletes the run, its analyses and readings, and the images and checkpoint that only it used.</summary>
    public Task DeleteAsync(RunId id, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>The analysis service's side: claiming work and writing results. A call with a stale attempt, or for an analysis no longer Running, changes nothing and returns false.</summary>
public sealed class AnalysisQueue
{
    /// <summary>Rows left Running by a process that ended go back to Queued; returns how many. Call once at start.</summary>
    public Task<int> RequeueInterruptedAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Takes the next Queued analysis (oldest run first, then ordinal; the loaded checkpoint's first if any) and marks it Running with a new attempt, or null.</summary>
    public Task<ClaimedAnalysis?> ClaimNextAsync(CheckpointId? loaded, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>How many are Queued.</summary>
    public Task<int> CountQueuedAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Keeps where the positions lie, before the first layer; older attempts' readings go.</summary>
    public Task<bool> WriteLayoutAsync(AnalysisId id, int attempt, AnalysisLayout layout, int layersTotal, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Commits one layer.</summary>
    public Task<bool> WriteReadingAsync(AnalysisId id, int attempt, ReadingSegment segment, int layer, byte[] packed, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Marks Done; fails with <see cref="InvalidOperationException"/> if a layer of the prompt segment is missing.</summary>
    public Task<bool> CompleteAsync(AnalysisId id, int attempt, IReadOnlyList<int> answerIds, string? answerText, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Marks Failed with a sentence.</summary>
    public Task<bool> FailAsync(AnalysisId id, int attempt, string error, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Back to Queued (the service is stopping).</summary>
    public Task<bool> ReleaseAsync(AnalysisId id, int attempt, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>Readings, as packed by <see cref="ReadingCodec"/>.</summary>
public sealed class ReadingStore
{
    /// <summary>The packed layers of the analysis' current attempt in the order they were committed (prompt layers ascending, then answer layers), from the <paramref name="skip"/>-th on.</summary>
    public Task<IReadOnlyList<byte[]>> ReadAsync(AnalysisId id, int skip, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>One packed layer, or null.</summary>
    public Task<byte[]?> ReadLayerAsync(AnalysisId id, ReadingSegment segment, int layer, CancellationToken cancellationToken) => throw new NotImplementedException();
}
