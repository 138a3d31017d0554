using System.Globalization;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage;

/// <summary>
/// Where tokens were read, over all analyses that are Done. It answers from the token index, never from readings: a position counts for a token that is top-1
/// there, or has at least the probability the run was started with as its threshold (<see cref="RunRow.IndexThreshold"/>).
/// </summary>
public sealed class TokenIndexStore
{
    /// <summary>The most analyses × tokens one search of occurrences goes through: about a third of a second.</summary>
    public const int MostRows = 250_000;

    /// <summary>Each row of given tokens in a run.</summary>
    internal const string ScanSql = """
        SELECT o."TokenId", o."AnalysisId", o."Layers"
        FROM json_each(@ids) j CROSS JOIN "TokenOccurrences" o ON o."RunNumber" = @run AND o."TokenId" = j.value
        WHERE o."Best" >= @least
        """;

    /// <summary>Given tokens in one analysis.</summary>
    internal const string HitsSql = """
        SELECT o."TokenId", o."Layers"
        FROM json_each(@ids) j CROSS JOIN "TokenOccurrences" o ON o."RunNumber" = @run AND o."TokenId" = j.value AND o."AnalysisId" = @analysis
        ORDER BY o."TokenId"
        """;

    /// <summary>How many rows a scan would go through.</summary>
    internal const string CountSql = """
        SELECT SUM(t."Analyses") FROM json_each(@ids) j CROSS JOIN "TokenTotals" t ON t."RunNumber" = @run AND t."TokenId" = j.value
        """;

    /// <summary>Given tokens' totals.</summary>
    internal const string TotalsOfSql = Totals + """ FROM json_each(@ids) j CROSS JOIN "TokenTotals" t ON t."RunNumber" = @run AND t."TokenId" = j.value""";

    /// <summary>All tokens' totals.</summary>
    internal const string AllTotalsSql = Totals + """ FROM "TokenTotals" t WHERE t."RunNumber" = @run""";

    /// <summary>One token's layers.</summary>
    internal const string LayersSql = """SELECT "Layers" FROM "TokenTotals" WHERE "RunNumber" = @run AND "TokenId" = @token""";

    private const string Totals = """
        SELECT t."TokenId", t."Analyses", t."PatchAnalyses", t."PatchPositions", t."PatchBest", t."TextAnalyses", t."TextPositions", t."TextBest",
            CASE WHEN @layers THEN t."Layers" END
        """;

    // A list longer than this is looked for among all of a run's tokens instead of one by one.
    private const int MostSeeks = 4_000;

    private readonly DatabaseReader _reader;
    private readonly TokenTableCache _tokens;

    internal TokenIndexStore(DatabaseReader reader, TokenTableCache tokens)
    {
        _reader = reader;
        _tokens = tokens;
    }

    /// <summary>A page of the tokens whose text fits and that were read at all, those in most analyses first.</summary>
    /// <param name="text">
    /// Case does not matter, in any script; a leading space or ␣ asks for the beginning of a word; empty for all tokens.
    /// </param>
    /// <param name="after">The <see cref="FoundTokens.Next"/> of the page before; null for the first one.</param>
    /// <exception cref="ArgumentException"><paramref name="after"/> is not such a text.</exception>
    public Task<FoundTokens> FindTokensAsync(string text, TokenMatch match, TokenFilter filter, string? after, int take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(take);
        var from = after is null ? null : ReadKey(after, 4);
        return _reader.ReadAsync(
            async (context, token) =>
            {
                var sums = new List<Sum>();
                foreach (var checkpoint in await TokenSearch.ScopeAsync(context, filter, token))
                {
                    var table = await _tokens.GetAsync(context, checkpoint.Id, token);
                    var ids = text.Length == 0 ? null : table.Find(text, match);
                    sums.AddRange(SumTotals(context, checkpoint, ids, filter, token));
                }

                sums.Sort(Sum.ByMost);
                var start = from is null ? 0 : sums.FindIndex(sum => Sum.ByMost(sum, Sum.Of(from)) > 0) is var place and >= 0 ? place : sums.Count;
                var page = sums.Skip(start).Take(take).ToList();
                var items = new List<FoundToken>(page.Count);
                foreach (var sum in page)
                {
                    var table = await _tokens.GetAsync(context, sum.Checkpoint.Id, token);
                    var layers = LayersOf(context, sum, filter);
                    items.Add(Describe(table, sum, layers));
                }

                return new FoundTokens(items, sums.Count, start + page.Count < sums.Count ? page[^1].Key : null);
            },
            cancellationToken);
    }

    /// <summary>Those of the given tokens that were read at all, those in most analyses first.</summary>
    /// <exception cref="ArgumentException">The filter names no checkpoint.</exception>
    public Task<IReadOnlyList<FoundToken>> DescribeTokensAsync(IReadOnlyList<int> ids, TokenFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(filter);
        if (filter.CheckpointHash is null)
        {
            throw new ArgumentException("Token ids mean nothing without their checkpoint.", nameof(filter));
        }

        return _reader.ReadAsync<IReadOnlyList<FoundToken>>(
            async (context, token) =>
            {
                var items = new List<FoundToken>(ids.Count);
                foreach (var checkpoint in await TokenSearch.ScopeAsync(context, filter, token))
                {
                    var table = await _tokens.GetAsync(context, checkpoint.Id, token);
                    var sums = SumTotals(context, checkpoint, [.. ids.Distinct()], filter, token);
                    sums.Sort(Sum.ByMost);
                    items.AddRange(sums.Select(sum => Describe(table, sum, LayersOf(context, sum, filter))));
                }

                return items;
            },
            cancellationToken);
    }

    /// <summary>A page of the analyses in which one of the tokens was read, as the filter asks.</summary>
    /// <exception cref="ArgumentException">Ids are given and no checkpoint, or <see cref="OccurrenceQuery.After"/> is not what a page before gave.</exception>
    public Task<TokenOccurrences> FindOccurrencesAsync(OccurrenceQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(query.Take);
        var from = query.After is null ? null : ReadKey(query.After, 2);
        return _reader.ReadAsync((context, token) => FindOccurrencesAsync(context, query, from, token), cancellationToken);
    }

    private async Task<TokenOccurrences> FindOccurrencesAsync(StorageContext context, OccurrenceQuery query, long[]? from, CancellationToken cancellationToken)
    {
        var (found, refusal) = await TokenSearch.FindAsync(context, _tokens, query.Ids, query.Text, query.Match, query.Filter, cancellationToken);
        if (refusal is not null)
        {
            return new TokenOccurrences([], 0, null, refusal);
        }

        var among = query.Analyses?.Select(analysis => analysis.Value).ToHashSet();
        var hits = found.Where(pair => among?.Contains(pair.Key) is not false).Select(pair => (Key: query.Order == OccurrenceOrder.Best ? (pair.Value.Hit.Best, pair.Key) : (0, pair.Key), pair.Value)).ToList();
        hits.Sort((a, b) => b.Key.CompareTo(a.Key));
        var start = from is null ? 0 : hits.FindIndex(hit => hit.Key.CompareTo(((int)from[0], from[1])) < 0) is var place and >= 0 ? place : hits.Count;
        var page = hits.Skip(start).Take(query.Take).ToList();
        var analyses = page.ConvertAll(hit => hit.Key.Key);
        var known = (await context.Analyses.Where(a => analyses.Contains(a.Id)).ToRowsAsync(cancellationToken)).ToDictionary(a => a.Id.Value);
        var items = page.ConvertAll(hit => new TokenOccurrence(
            known[hit.Key.Key],
            TokenProbability.FromUnits(hit.Value.Hit.Best),
            hit.Value.Hit.Token,
            hit.Value.Hit.Layer,
            hit.Value.Hit.Position,
            HitsOf(context, hit.Value, hit.Key.Key, query.Filter)));
        var last = page.Count > 0 ? page[^1].Key : default;
        return new TokenOccurrences(
            items, hits.Count, start + page.Count < hits.Count ? string.Create(CultureInfo.InvariantCulture, $"{last.Item1}-{last.Key}") : null);
    }

    private static FoundToken Describe(TokenTable table, Sum sum, IReadOnlyList<TokenLayerHits> layers)
    {
        var row = table.Find(sum.Token) ?? new TokenRow(sum.Token, string.Empty, string.Empty, $"#{sum.Token}", 0);
        return new FoundToken(
            sum.Checkpoint.Hash, sum.Token, row.Text, row.Display, row.Kind, sum.Analyses, sum.Positions, TokenProbability.FromUnits(sum.Best), layers);
    }

    /// <summary>Sums the totals of a checkpoint's runs, leaving out tokens that the filter leaves nothing of.</summary>
    private static List<Sum> SumTotals(StorageContext context, TokenSearch.Scope checkpoint, List<int>? ids, TokenFilter filter, CancellationToken cancellationToken)
    {
        var wanted = ids is null || ids.Count <= MostSeeks ? null : ids.ToHashSet();
        using var command = TokenIndex.Command(context, ids is null || wanted is not null ? AllTotalsSql : TotalsOfSql);
        command.Parameters.AddWithValue("@layers", filter.AsksForLayers);
        var run = command.Parameters.Add("@run", SqliteType.Integer);
        if (ids is not null && wanted is null)
        {
            command.Parameters.AddWithValue("@ids", TokenIndex.Json(ids));
        }

        var sums = new Dictionary<int, Sum>();
        foreach (var number in checkpoint.Runs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            run.Value = number;
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                var id = rows.GetInt32(0);
                if (wanted is null || wanted.Contains(id))
                {
                    var (analyses, positions, best) = Weigh(rows, filter);
                    sums[id] = sums.TryGetValue(id, out var sum)
                        ? sum with { Analyses = sum.Analyses + analyses, Positions = sum.Positions + positions, Best = Math.Max(sum.Best, best) }
                        : new Sum(checkpoint, id, analyses, positions, best);
                }
            }
        }

        return [.. sums.Values.Where(sum => sum.Positions > 0 && sum.Best >= filter.LeastUnits)];
    }

    private static (long Analyses, long Positions, int Best) Weigh(SqliteDataReader row, TokenFilter filter)
    {
        var analyses = filter.Places switch { TokenPlaces.Patch => row.GetInt64(2), TokenPlaces.Text => row.GetInt64(5), _ => row.GetInt64(1) };
        if (!filter.AsksForLayers)
        {
            return filter.Places switch
            {
                TokenPlaces.Patch => (analyses, row.GetInt64(3), row.GetInt32(4)),
                TokenPlaces.Text => (analyses, row.GetInt64(6), row.GetInt32(7)),
                _ => (analyses, row.GetInt64(3) + row.GetInt64(6), Math.Max(row.GetInt32(4), row.GetInt32(7))),
            };
        }

        long positions = 0;
        var best = 0;
        foreach (var layer in TokenLayersCodec.Read(row.GetFieldValue<byte[]>(8)))
        {
            if (layer.Layer >= filter.FirstLayer && layer.Layer <= (filter.LastLayer ?? int.MaxValue) && filter.Takes(layer.Place))
            {
                positions += layer.Positions;
                best = Math.Max(best, layer.Best);
            }
        }

        return (analyses, positions, best);
    }

    private static List<TokenLayerHits> LayersOf(StorageContext context, Sum sum, TokenFilter filter)
    {
        using var command = TokenIndex.Command(context, LayersSql);
        var run = command.Parameters.Add("@run", SqliteType.Integer);
        command.Parameters.AddWithValue("@token", sum.Token);
        var hits = new SortedDictionary<(int Layer, TokenPlace Place), TokenLayerHits>();
        foreach (var number in sum.Checkpoint.Runs)
        {
            run.Value = number;
            if (command.ExecuteScalar() is byte[] packed)
            {
                foreach (var layer in TokenLayersCodec.Read(packed))
                {
                    if (filter.Takes(layer with { Best = TokenProbability.Units }))
                    {
                        var key = (layer.Layer, layer.Place);
                        var before = hits.GetValueOrDefault(key);
                        hits[key] = new TokenLayerHits(
                            layer.Layer,
                            layer.Place,
                            (before?.Positions ?? 0) + layer.Positions,
                            Math.Max(before?.Best ?? 0, TokenProbability.FromUnits(layer.Best)),
                            null);
                    }
                }
            }
        }

        return [.. hits.Values];
    }

    private static List<TokenHits> HitsOf(StorageContext context, TokenSearch.Found found, long analysis, TokenFilter filter)
    {
        using var command = TokenIndex.Command(context, HitsSql);
        command.Parameters.AddWithValue("@run", found.Run);
        command.Parameters.AddWithValue("@ids", TokenIndex.Json(found.Tokens));
        command.Parameters.AddWithValue("@analysis", analysis);
        var hits = new List<TokenHits>();
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var layers = new List<TokenLayerHits>();
            foreach (var layer in TokenLayersCodec.Read(rows.GetFieldValue<byte[]>(1)))
            {
                if (filter.Takes(layer))
                {
                    layers.Add(new TokenLayerHits(layer.Layer, layer.Place, layer.Positions, TokenProbability.FromUnits(layer.Best), layer.BestPosition));
                }
            }

            if (layers.Count > 0)
            {
                hits.Add(new TokenHits(rows.GetInt32(0), layers));
            }
        }

        return hits;
    }

    private static long[] ReadKey(string after, int parts)
    {
        var read = after.Split('-').Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1).ToArray();
        return read.Length == parts && !read.Contains(-1) ? read : throw new ArgumentException($"\"{after}\" is not what the page before gave as its next.", nameof(after));
    }

    /// <summary>One token over a checkpoint's runs.</summary>
    private sealed record Sum(TokenSearch.Scope Checkpoint, int Token, long Analyses, long Positions, int Best)
    {
        public string Key => string.Create(CultureInfo.InvariantCulture, $"{Analyses}-{Positions}-{Checkpoint.Id}-{Token}");

        public static Sum Of(long[] key) => new(new TokenSearch.Scope(key[2], string.Empty, []), (int)key[3], key[0], key[1], 0);

        public static int ByMost(Sum a, Sum b) =>
            (b.Analyses, b.Positions, a.Checkpoint.Id, a.Token).CompareTo((a.Analyses, a.Positions, b.Checkpoint.Id, b.Token));
    }
}
