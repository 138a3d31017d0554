using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Catalogue;

/// <summary>Brings a checkpoint that comes from elsewhere together with the one the database may have under its hash.</summary>
internal static class CheckpointJoin
{
    /// <summary>In this transaction: adds it, or adds the rows its table lacks; or says what contradicts, and changes nothing.</summary>
    public static async Task<(CheckpointRow? Row, string? Misfit)> WriteAsync(
        StorageContext context, NewCheckpoint checkpoint, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = (await context.Checkpoints.Where(c => c.Hash == checkpoint.Hash).ToRowsAsync(cancellationToken)).SingleOrDefault();
        if (known is null)
        {
            context.Checkpoints.Add(CheckpointStore.ToEntity(checkpoint, TokenTableCodec.Pack(checkpoint.Tokens), now));
            await context.SaveChangesAsync(cancellationToken);
        }
        else
        {
            var packed = await context.CheckpointTokens.Where(t => t.CheckpointId == known.Id.Value).Select(t => t.Packed).SingleAsync(cancellationToken);
            var table = TokenTableCodec.Unpack(packed);
            var rows = table.ToDictionary(row => row.Id);
            if (MisfitOf(known, rows, checkpoint) is { } misfit)
            {
                return (null, misfit);
            }

            var added = checkpoint.Tokens.Where(row => !rows.ContainsKey(row.Id)).ToList();
            if (added.Count > 0)
            {
                var grown = TokenTableCodec.Pack([.. table.Concat(added).OrderBy(row => row.Id)]);
                await context.CheckpointTokens.Where(t => t.CheckpointId == known.Id.Value).ExecuteUpdateAsync(t => t.SetProperty(x => x.Packed, grown), cancellationToken);
            }

            var size = Math.Max(known.VocabularySize, checkpoint.VocabularySize);
            await context.Checkpoints.Where(c => c.Id == known.Id.Value && c.VocabularySize != size)
                .ExecuteUpdateAsync(c => c.SetProperty(x => x.VocabularySize, size), cancellationToken);
        }

        return ((await context.Checkpoints.Where(c => c.Hash == checkpoint.Hash).ToRowsAsync(cancellationToken)).Single(), null);
    }

    private static string? MisfitOf(CheckpointRow known, Dictionary<int, TokenRow> rows, NewCheckpoint checkpoint)
    {
        var name = $"\"{(checkpoint.Name.Length > 80 ? checkpoint.Name[..80] + "…" : checkpoint.Name)}\"";
        if (known.Layers != checkpoint.Layers)
        {
            return $"the database knows {name} with other sizes under the same hash; it cannot be the same checkpoint.";
        }

        var others = checkpoint.Tokens.Where(row => rows.TryGetValue(row.Id, out var here) && !Agree(here, row)).Take(1).ToList();
        if (others is [var other])
        {
            return $"the token table of {name} has another token under id {other.Id} than the database's: both have grown apart, or it is another checkpoint. Import it into a database of its own.";
        }

        var least = Math.Min(known.VocabularySize, checkpoint.VocabularySize);
        var longer = known.VocabularySize > checkpoint.VocabularySize ? rows.Values : (IEnumerable<TokenRow>)checkpoint.Tokens;
        var most = Math.Max(known.VocabularySize, checkpoint.VocabularySize);
        var grown = longer.Where(row => row.Id >= least && row.Id < most).ToList();
        return grown.Count == most - least && grown.All(row => row.Kind == TokenRow.TextOnly)
            ? null
            : $"the database knows {name} with other sizes under the same hash; it cannot be the same checkpoint.";
    }

    /// <summary>How a token is shown may differ between two versions of the program; what it stands for may not.</summary>
    private static bool Agree(TokenRow here, TokenRow there) => here.Text == there.Text && here.Kind == there.Kind;
}
