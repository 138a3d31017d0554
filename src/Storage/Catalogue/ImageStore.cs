using System.Security.Cryptography;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Images.</summary>
public sealed class ImageStore
{
    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;

    internal ImageStore(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock)
    {
        _reader = reader;
        _writer = writer;
        _clock = clock;
    }

    /// <summary>Keeps a picture; one already known by its bytes is returned as it is.</summary>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public async Task<ImageRow> AddAsync(NewImage image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var sha256 = await Task.Run(() => Convert.ToHexStringLower(SHA256.HashData(image.Bytes)), cancellationToken);
        return await _writer.WriteAsync(
            async (context, token) =>
            {
                await AddAsync(context, image, sha256, _clock.GetUtcNow(), token);
                return (await context.Images.Where(i => i.Sha256 == sha256).ToRowsAsync(token)).Single();
            },
            cancellationToken);
    }

    /// <summary>A page of images, newest first, whose name contains <paramref name="search"/> (any case) if given.</summary>
    public Task<Page<ImageRow>> ListAsync(string? search, int skip, int take, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            IQueryable<ImageEntity> images = context.Images;
            if (!string.IsNullOrWhiteSpace(search))
            {
                var key = NameKeys.Of(search.Trim());
                images = images.Where(i => i.NameKey.Contains(key));
            }

            var total = await images.CountAsync(token);
            var rows = await images.OrderByDescending(i => i.Id).Skip(skip).Take(take).ToRowsAsync(token);
            return new Page<ImageRow>(rows, total);
        },
        cancellationToken);

    /// <summary>One image by SHA-256, or null.</summary>
    public Task<ImageRow?> FindAsync(string sha256, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) => (await context.Images.Where(i => i.Sha256 == sha256).ToRowsAsync(token)).SingleOrDefault(),
        cancellationToken);

    /// <summary>Some images by id, in the order asked for; unknown ids are left out.</summary>
    public Task<IReadOnlyList<ImageRow>> FindAsync(IReadOnlyList<ImageId> ids, CancellationToken cancellationToken) => _reader.ReadAsync<IReadOnlyList<ImageRow>>(
        async (context, token) =>
        {
            var found = new Dictionary<ImageId, ImageRow>();
            foreach (var chunk in ids.Distinct().Chunk(Chunks.Ids))
            {
                var values = Array.ConvertAll(chunk, id => id.Value);
                foreach (var row in await context.Images.Where(i => values.Contains(i.Id)).ToRowsAsync(token))
                {
                    found.Add(row.Id, row);
                }
            }

            return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
        },
        cancellationToken);

    /// <summary>The picture file, or null.</summary>
    public Task<StoredFile?> ReadAsync(string sha256, CancellationToken cancellationToken) => ReadContentAsync(i => i.Where(i => i.Sha256 == sha256), cancellationToken);

    /// <summary>The picture file, or null.</summary>
    public Task<StoredFile?> ReadAsync(ImageId id, CancellationToken cancellationToken) => ReadContentAsync(i => i.Where(i => i.Id == id.Value), cancellationToken);

    /// <summary>The thumbnail, or null.</summary>
    public Task<StoredFile?> ReadThumbnailAsync(string sha256, CancellationToken cancellationToken) => _reader.ReadAsync(
        (context, token) => context.Images
            .Where(i => i.Sha256 == sha256)
            .Select(i => new StoredFile(i.Thumbnail!.Bytes, "image/webp", i.Name))
            .SingleOrDefaultAsync(token),
        cancellationToken);

    /// <summary>Analyses of one image, newest first, in any state.</summary>
    public Task<IReadOnlyList<AnalysisRow>> ListAnalysesAsync(ImageId id, CancellationToken cancellationToken) => _reader.ReadAsync<IReadOnlyList<AnalysisRow>>(
        async (context, token) => await context.Analyses.Where(a => a.ImageId == id.Value).OrderByDescending(a => a.Id).ToRowsAsync(token),
        cancellationToken);

    /// <summary>Deletes images that no analysis refers to; returns how many of <paramref name="ids"/> went.</summary>
    public Task<int> DeleteUnusedAsync(IReadOnlyList<ImageId> ids, CancellationToken cancellationToken) => _writer.WriteAsync(
        (context, token) => DeleteUnusedAsync(context, [.. ids.Select(id => id.Value)], token),
        cancellationToken);

    /// <summary>Keeps a picture inside a transaction; gives its id, new or old.</summary>
    internal static async Task<long> AddAsync(StorageContext context, NewImage image, string sha256, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await context.Images.Where(i => i.Sha256 == sha256).Select(i => (long?)i.Id).SingleOrDefaultAsync(cancellationToken) is { } known)
        {
            return known;
        }

        var entity = new ImageEntity
        {
            Sha256 = sha256,
            Name = image.Name,
            NameKey = NameKeys.Of(image.Name),
            MediaType = image.MediaType,
            Width = image.Width,
            Height = image.Height,
            ExifOrientation = image.ExifOrientation,
            ByteLength = image.Bytes.LongLength,
            AddedAt = now,
            Content = new ImageContentEntity { Bytes = image.Bytes },
            Thumbnail = new ImageThumbnailEntity { Bytes = image.Thumbnail },
        };
        context.Images.Add(entity);
        await context.SaveChangesAsync(cancellationToken);
        return entity.Id;
    }

    internal static async Task<int> DeleteUnusedAsync(StorageContext context, IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var chunk in ids.Chunk(Chunks.Ids))
        {
            deleted += await context.Images.Where(i => chunk.Contains(i.Id) && !i.Analyses.Any()).ExecuteDeleteAsync(cancellationToken);
        }

        return deleted;
    }

    private Task<StoredFile?> ReadContentAsync(Func<IQueryable<ImageEntity>, IQueryable<ImageEntity>> choose, CancellationToken cancellationToken) => _reader.ReadAsync(
        (context, token) => choose(context.Images).Select(i => new StoredFile(i.Content!.Bytes, i.MediaType, i.Name)).SingleOrDefaultAsync(token),
        cancellationToken);
}
