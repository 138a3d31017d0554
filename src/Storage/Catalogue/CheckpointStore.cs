using System.Security.Cryptography;
using System.Text;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Checkpoints and their token tables.</summary>
public sealed class CheckpointStore
{
    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;

    internal CheckpointStore(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock)
    {
        _reader = reader;
        _writer = writer;
        _clock = clock;
    }

    /// <summary>Keeps a checkpoint; one already known by its hash gets the new folder.</summary>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public async Task<CheckpointRow> AddAsync(NewCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var tokens = await Task.Run(() => TokenTableCodec.Pack(checkpoint.Tokens), cancellationToken);
        return await _writer.WriteAsync(
            async (context, token) =>
            {
                var known = await context.Checkpoints
                    .Where(c => c.Hash == checkpoint.Hash)
                    .ExecuteUpdateAsync(c => c.SetProperty(x => x.Folder, checkpoint.Folder), token);
                if (known == 0)
                {
                    context.Checkpoints.Add(ToEntity(checkpoint, tokens, _clock.GetUtcNow()));
                    await context.SaveChangesAsync(token);
                }

                return (await context.Checkpoints.Where(c => c.Hash == checkpoint.Hash).ToRowsAsync(token)).Single();
            },
            cancellationToken);
    }

    /// <summary>All checkpoints, by name.</summary>
    public Task<IReadOnlyList<CheckpointRow>> ListAsync(CancellationToken cancellationToken) => _reader.ReadAsync<IReadOnlyList<CheckpointRow>>(
        async (context, token) =>
        {
            var rows = await context.Checkpoints.ToRowsAsync(token);
            rows.Sort((a, b) => StringComparer.OrdinalIgnoreCase.Compare(a.Name, b.Name) is var order and not 0 ? order : a.Id.Value.CompareTo(b.Id.Value));
            return rows;
        },
        cancellationToken);

    /// <summary>One checkpoint by hash, or null.</summary>
    public Task<CheckpointRow?> FindAsync(string hash, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) => (await context.Checkpoints.Where(c => c.Hash == hash).ToRowsAsync(token)).SingleOrDefault(),
        cancellationToken);

    /// <summary>The token table in id order; empty if the hash is unknown.</summary>
    public Task<IReadOnlyList<TokenRow>> ReadTokensAsync(string hash, CancellationToken cancellationToken) => _reader.ReadAsync<IReadOnlyList<TokenRow>>(
        async (context, token) =>
        {
            var packed = await context.Checkpoints.Where(c => c.Hash == hash).Select(c => c.Tokens!.Packed).SingleOrDefaultAsync(token);
            if (packed is null)
            {
                return [];
            }

            var tokens = TokenTableCodec.Unpack(packed);
            Array.Sort(tokens, (a, b) => a.Id.CompareTo(b.Id));
            return tokens;
        },
        cancellationToken);

    /// <summary>Sizes and provenance as JSON, or null if the hash is unknown.</summary>
    public Task<string?> ReadDetailsAsync(string hash, CancellationToken cancellationToken) => _reader.ReadAsync(
        (context, token) => context.Checkpoints.Where(c => c.Hash == hash).Select(c => c.Details).SingleOrDefaultAsync(token),
        cancellationToken);

    /// <summary>A hash remembered for files of these names, sizes and times, or null.</summary>
    /// <param name="fingerprint">Text made of folder, file names, lengths and modification times.</param>
    public Task<string?> FindHashAsync(string fingerprint, CancellationToken cancellationToken)
    {
        var key = Key(fingerprint);
        return _reader.ReadAsync(
            (context, token) => context.CheckpointHashes.Where(h => h.FingerprintSha256 == key).Select(h => h.Hash).SingleOrDefaultAsync(token),
            cancellationToken);
    }

    /// <summary>Remembers a hash.</summary>
    public Task RememberHashAsync(string fingerprint, string hash, CancellationToken cancellationToken)
    {
        var key = Key(fingerprint);
        return _writer.WriteAsync(
            async (context, token) =>
            {
                if (await context.CheckpointHashes.Where(h => h.FingerprintSha256 == key).ExecuteUpdateAsync(h => h.SetProperty(x => x.Hash, hash), token) == 0)
                {
                    context.CheckpointHashes.Add(new CheckpointHashEntity { FingerprintSha256 = key, Hash = hash });
                    await context.SaveChangesAsync(token);
                }

                return true;
            },
            cancellationToken);
    }

    internal static CheckpointEntity ToEntity(NewCheckpoint checkpoint, byte[] tokens, DateTimeOffset now) => new()
    {
        Hash = checkpoint.Hash,
        Name = checkpoint.Name,
        Folder = checkpoint.Folder,
        ModelType = checkpoint.ModelType,
        Layers = checkpoint.Layers,
        VocabularySize = checkpoint.VocabularySize,
        DType = checkpoint.DType,
        StoredBytes = checkpoint.StoredBytes,
        Details = checkpoint.Details,
        FirstSeenAt = now,
        Tokens = new CheckpointTokensEntity { Packed = tokens },
    };

    private static string Key(string fingerprint) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(fingerprint)));
}
