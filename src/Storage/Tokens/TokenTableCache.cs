using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Tokens;

/// <summary>
/// Token tables that were needed lately. Under its checkpoint's number a table never changes but by growing (imports add tokens), and the size of its blob
/// tells that, so nothing here goes stale; what was not needed for longest goes when the tables together pass <see cref="MostTokens"/> (about 150 bytes each).
/// </summary>
internal sealed class TokenTableCache
{
    private const int MostTokens = 500_000;

    private readonly Lock _lock = new();
    private readonly LinkedList<(long Checkpoint, int Size, TokenTable Table)> _recent = new();

    /// <summary>The table of a checkpoint; empty where it has none.</summary>
    public async Task<TokenTable> GetAsync(StorageContext context, long checkpoint, CancellationToken cancellationToken)
    {
        var size = await context.CheckpointTokens.Where(t => t.CheckpointId == checkpoint).Select(t => t.Packed.Length).SingleOrDefaultAsync(cancellationToken);
        if (Known(checkpoint, size) is { } known)
        {
            return known;
        }

        var packed = await context.CheckpointTokens.Where(t => t.CheckpointId == checkpoint).Select(t => t.Packed).SingleOrDefaultAsync(cancellationToken);
        return packed is null ? new TokenTable([]) : Keep(checkpoint, size, new TokenTable(TokenTableCodec.Unpack(packed)));
    }

    private TokenTable? Known(long checkpoint, int size)
    {
        lock (_lock)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Checkpoint == checkpoint && node.Value.Size == size)
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    return node.Value.Table;
                }
            }

            return null;
        }
    }

    private TokenTable Keep(long checkpoint, int size, TokenTable table)
    {
        lock (_lock)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Checkpoint == checkpoint)
                {
                    _recent.Remove(node);
                    break;
                }
            }

            _recent.AddFirst((checkpoint, size, table));

            while (_recent.Count > 1 && _recent.Sum(kept => (long)kept.Table.Rows.Count) > MostTokens)
            {
                _recent.RemoveLast();
            }

            return table;
        }
    }
}
