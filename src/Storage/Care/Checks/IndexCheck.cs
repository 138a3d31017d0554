using System.Buffers.Binary;
using System.IO.Hashing;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings.Digests;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Statistics;
using LogitLens.Storage.Statistics.Aggregates;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Care.Checks;

/// <summary>Whether token index and aggregates say what the readings say: they are computed anew and compared. Only for a database in today's form.</summary>
/// <remarks>Rows of the index lie by token, not by analysis: a run's rows are gone through once, and each analysis is compared by the sum of its rows' hashes.</remarks>
internal static class IndexCheck
{
    private const string Stage = "checking the token index and statistics";

    /// <returns>Runs whose index can be made anew from what is there.</returns>
    public static async Task<IReadOnlyList<long>> RunAsync(CheckContext check, StorageContext context)
    {
        var token = check.CancellationToken;
        var tables = new TokenTableCache();
        var total = await context.Analyses.CountAsync(a => a.State == AnalysisState.Done, token);
        var done = 0;
        var broken = new List<long>();
        foreach (var run in await context.Runs.Where(r => !r.Deleting).OrderBy(r => r.Number).Select(r => new { r.Number, r.Name }).ToListAsync(token))
        {
            var (rows, isSummed) = ReadRows(check, run.Number);
            var wrong = new List<long>();
            var analyses = await context.Analyses
                .Where(a => a.RunNumber == run.Number && a.State == AnalysisState.Done && !context.PendingDigests.Any(p => p.AnalysisId == a.Id))
                .OrderBy(a => a.Ordinal)
                .Select(a => new { a.Id, IsWhole = a.RestGoneAt == null })
                .ToListAsync(token);
            foreach (var analysis in analyses)
            {
                check.Report(Stage, done++, total);
                if (await SourceAsync(context, analysis.Id, tables, token) is not { } source)
                {
                    continue;
                }

                // Of what was let go only the index knows: there is nothing left to compare it with.
                if (analysis.IsWhole && rows.GetValueOrDefault(analysis.Id) != HashOf(TokenIndexer.Find(source)))
                {
                    wrong.Add(analysis.Id);
                }

                await RequireAggregateAsync(check, context, source, token);
            }

            if (wrong.Count > 0 || !isSummed)
            {
                var canBeRepaired = analyses.TrueForAll(a => a.IsWhole);
                var what = wrong.Count == 0 ? "its totals do not sum up its rows" : $"analysis {wrong[0]}{(wrong.Count == 1 ? "" : $" and {wrong.Count - 1} more")} has other rows than its readings give";
                check.Add(new CheckFinding(
                    CheckKind.Index,
                    $"The token index of the run \"{run.Name}\" is not right: {what}.",
                    canBeRepaired ? "check --repair makes it anew." : "Restore a backup: some of its readings were let go, so that it cannot be made anew.",
                    canBeRepaired));
                if (canBeRepaired)
                {
                    broken.Add(run.Number);
                }
            }
        }

        return broken;
    }

    /// <summary>An analysis unpacked; null where it cannot be, which the readings' own check has told.</summary>
    internal static async Task<DigestSource?> SourceAsync(StorageContext context, long id, TokenTableCache tables, CancellationToken cancellationToken)
    {
        try
        {
            var facts = await AnalysisFacts.ReadAsync(context, new AnalysisId(id), cancellationToken);
            if (facts is null)
            {
                return null;
            }

            var readings = await ReadingStore.ReadPackedAsync(context, facts.Id, facts.Attempt, cancellationToken);
            return facts.ToSource(facts.RequireWhole(readings.Rests), readings, await tables.GetAsync(context, facts.Checkpoint, cancellationToken));
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }

    private static (Dictionary<long, UInt128> Rows, bool IsSummed) ReadRows(CheckContext check, long run)
    {
        var rows = new Dictionary<long, UInt128>();
        var isSummed = true;
        TokenTotal? sum = null;
        using (var reader = check.Query("SELECT TokenId, AnalysisId, Best, Layers FROM TokenOccurrences WHERE RunNumber = $run ORDER BY TokenId, AnalysisId", ("$run", run)))
        {
            while (reader.Read())
            {
                var (id, analysis, best, packed) = (reader.GetInt32(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetFieldValue<byte[]>(3));
                rows[analysis] = rows.GetValueOrDefault(analysis) + HashOf(id, best, packed);
                if (sum is not null && sum.TokenId != id)
                {
                    isSummed &= IsTotal(check, run, sum);
                    sum = null;
                }

                sum = TokenTotal.Add(sum, new IndexedToken(id, best, Layers(packed)));
            }
        }

        isSummed &= sum is null || IsTotal(check, run, sum);
        var tokens = check.Number("SELECT COUNT(DISTINCT TokenId) FROM TokenOccurrences WHERE RunNumber = $run", ("$run", run));
        return (rows, isSummed && check.Number("SELECT COUNT(*) FROM TokenTotals WHERE RunNumber = $run", ("$run", run)) == tokens);
    }

    private static List<TokenLayer> Layers(byte[] packed)
    {
        var layers = new List<TokenLayer>();
        foreach (var layer in TokenLayersCodec.Read(packed))
        {
            layers.Add(layer);
        }

        return layers;
    }

    private static bool IsTotal(CheckContext check, long run, TokenTotal expected)
    {
        using var reader = check.Query($"SELECT {TokenTotal.Columns} FROM TokenTotals t WHERE t.RunNumber = $run AND t.TokenId = $token", ("$run", run), ("$token", expected.TokenId));
        if (!reader.Read())
        {
            return false;
        }

        var found = TokenTotal.Read(reader);
        return found with { Layers = expected.Layers } == expected && found.Layers.AsSpan().SequenceEqual(expected.Layers);
    }

    private static async Task RequireAggregateAsync(CheckContext check, StorageContext context, DigestSource source, CancellationToken cancellationToken)
    {
        var found = await context.AnalysisAggregates.Where(a => a.AnalysisId == source.Analysis.Value).Select(a => a.Packed).SingleOrDefaultAsync(cancellationToken);
        var expected = AggregateCodec.Pack(AggregateBuilder.Build(
            new AnalysisReadings(new PositionMap(source.Layout), source.ModelLayers, source.Prompt, source.Answer), TokenFacts.Of(source.Tokens), StatisticsOptions.Default));
        if (found is null || !found.AsSpan().SequenceEqual(expected))
        {
            check.Add(new CheckFinding(
                CheckKind.Index,
                $"The statistics of analysis {source.Analysis} {(found is null ? "are missing" : "are not those of its readings")}.",
                "Restore a backup, or delete the run and analyse the image again."));
        }
    }

    private static UInt128 HashOf(IReadOnlyList<IndexedToken> tokens)
    {
        UInt128 sum = 0;
        foreach (var token in tokens)
        {
            sum += HashOf(token.Id, token.Best, TokenLayersCodec.Pack([.. token.Layers]));
        }

        return sum;
    }

    /// <summary>A sum does not depend on the order of what is summed.</summary>
    private static UInt128 HashOf(int id, int best, byte[] layers)
    {
        var row = new byte[8 + layers.Length];
        BinaryPrimitives.WriteInt32LittleEndian(row, id);
        BinaryPrimitives.WriteInt32LittleEndian(row.AsSpan(4), best);
        layers.CopyTo(row, 8);
        return XxHash128.HashToUInt128(row);
    }
}
