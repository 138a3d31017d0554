using System.Globalization;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Tokens;

/// <summary>Which analyses tokens are read in, and the best place in each: one pass over the index' rows of these tokens.</summary>
internal static class TokenSearch
{
    /// <summary>Searches.</summary>
    /// <param name="ids">Of the filter's checkpoint; null to go by the text.</param>
    /// <returns>What was found by analysis; or a refusal where more than <see cref="TokenIndexStore.MostRows"/> rows would have to be gone through.</returns>
    public static async Task<(Dictionary<long, Found> Found, string? Refusal)> FindAsync(
        StorageContext context, TokenTableCache tables, IReadOnlyList<int>? ids, string text, TokenMatch match, TokenFilter filter, CancellationToken cancellationToken)
    {
        if (ids is not null && filter.CheckpointHash is null)
        {
            throw new ArgumentException("Token ids mean nothing without their checkpoint.", nameof(ids));
        }

        var searches = new List<(long Run, string Ids)>();
        long rows = 0;
        var tokens = 0;
        foreach (var checkpoint in await ScopeAsync(context, filter, cancellationToken))
        {
            var wanted = ids ?? (await tables.GetAsync(context, checkpoint.Id, cancellationToken)).Find(text, match);
            if (wanted.Count > 0)
            {
                tokens = Math.Max(tokens, wanted.Count);
                var json = TokenIndex.Json(wanted);
                rows += checkpoint.Runs.Sum(run => CountRows(context, run, json));
                searches.AddRange(checkpoint.Runs.Select(run => (run, json)));
            }
        }

        var found = new Dictionary<long, Found>();
        if (rows > TokenIndexStore.MostRows)
        {
            return (found, string.Create(
                CultureInfo.InvariantCulture,
                $"{tokens:N0} tokens fit, read {rows:N0} times in all, and a search goes through {TokenIndexStore.MostRows:N0} at most: ask for a longer text, for whole tokens, or for fewer runs."));
        }

        foreach (var (run, json) in searches)
        {
            Scan(context, run, json, filter, found, cancellationToken);
        }

        return (found, null);
    }

    /// <summary>The runs searched, by checkpoint. A run that is being deleted is out.</summary>
    public static async Task<List<Scope>> ScopeAsync(StorageContext context, TokenFilter filter, CancellationToken cancellationToken)
    {
        var runs = context.Runs.Where(r => !r.Deleting);
        if (filter.Runs is { } chosen)
        {
            var ids = chosen.Select(run => run.Value).ToList();
            runs = runs.Where(r => ids.Contains(r.Id));
        }

        if (filter.CheckpointHash is { } hash)
        {
            runs = runs.Where(r => r.Checkpoint!.Hash == hash);
        }

        var found = await runs.OrderBy(r => r.Number).Select(r => new { r.Number, r.CheckpointId, r.Checkpoint!.Hash }).ToListAsync(cancellationToken);
        return [.. found.GroupBy(r => (r.CheckpointId, r.Hash)).Select(g => new Scope(g.Key.CheckpointId, g.Key.Hash, [.. g.Select(r => r.Number)]))];
    }

    private static long CountRows(StorageContext context, long run, string ids)
    {
        using var command = TokenIndex.Command(context, TokenIndexStore.CountSql);
        command.Parameters.AddWithValue("@run", run);
        command.Parameters.AddWithValue("@ids", ids);
        return command.ExecuteScalar() is long rows ? rows : 0;
    }

    /// <summary>The best place in each analysis.</summary>
    private static void Scan(StorageContext context, long run, string ids, TokenFilter filter, Dictionary<long, Found> found, CancellationToken cancellationToken)
    {
        using var command = TokenIndex.Command(context, TokenIndexStore.ScanSql);
        command.Parameters.AddWithValue("@run", run);
        command.Parameters.AddWithValue("@ids", ids);
        command.Parameters.AddWithValue("@least", filter.LeastUnits);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var token = rows.GetInt32(0);
            Hit? best = null;
            foreach (var layer in TokenLayersCodec.Read(rows.GetFieldValue<byte[]>(2)))
            {
                if (filter.Takes(layer) && (best is not { } known || layer.Best > known.Best))
                {
                    best = new Hit(token, layer.Best, layer.Layer, layer.BestPosition);
                }
            }

            if (best is { } hit)
            {
                var analysis = rows.GetInt64(1);
                if (!found.TryGetValue(analysis, out var before))
                {
                    found.Add(analysis, new Found(run, hit, [token]));
                    continue;
                }

                before.Tokens.Add(token);
                before.Hit = hit.Best > before.Hit.Best ? hit : before.Hit;
            }
        }
    }

    /// <summary>The runs searched of one checkpoint.</summary>
    internal sealed record Scope(long Id, string Hash, IReadOnlyList<long> Runs);

    /// <summary>What was found in one analysis: the best place, and the tokens that fit.</summary>
    internal sealed class Found(long run, Hit hit, List<int> tokens)
    {
        public long Run { get; } = run;

        public Hit Hit { get; set; } = hit;

        public List<int> Tokens { get; } = tokens;
    }

    /// <summary>The best place of an analysis.</summary>
    internal readonly record struct Hit(int Token, int Best, int Layer, int Position);
}
