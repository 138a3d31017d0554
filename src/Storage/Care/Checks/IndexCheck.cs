using System.Buffers.Binary;
using System.IO.Hashing;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Readings.Digests;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Care.Checks;

/// <summary>Whether token index and aggregates say what the readings say: they are computed anew and compared. Only for a database in today's form.</summary>
/// <remarks>Rows of the index lie by token, not by analysis: a run's rows are gone through once, and each analysis is compared by the sum of its rows' hashes.</remarks>
internal static class IndexCheck
{
    private const string Stage = "checking the token index and statistics";

    public static async Task<BrokenRuns> RunAsync(CheckContext check, StorageContext context)
    {
        var token = check.CancellationToken;
        var tables = new TokenTableCache();
        var total = await context.Analyses.CountAsync(a => a.State == AnalysisState.Done, token);
        var done = 0;
        var broken = new BrokenRuns();
        foreach (var run in await context.Runs.Where(r => !r.Deleting).OrderBy(r => r.Number).Select(r => new { r.Number, r.Name }).ToListAsync(token))
        {
            var (rows, areReadable, areSummed) = ReadRows(check, run.Number);
            var statistics = await StatisticsCheck.OfAsync(check, context, run.Number);
            var (wrong, unreadable) = (new List<long>(), 0);
            var analyses = await DoneOf(context, run.Number).Select(a => new { a.Id, IsWhole = a.RestGoneAt == null }).ToListAsync(token);
            foreach (var analysis in analyses)
            {
                check.Report(Stage, done++, total);
                if (await SourceAsync(context, analysis.Id, tables, token) is not { } source)
                {
                    unreadable++;
                    continue;
                }

                // Of what was let go only the index knows: there is nothing left to compare it with.
                if (analysis.IsWhole && rows.GetValueOrDefault(analysis.Id) != HashOf(TokenIndexer.Find(source)))
                {
                    wrong.Add(analysis.Id);
                }

                await statistics.AddAsync(source);
            }

            if (await statistics.EndAsync(run.Name, analyses.Select(a => a.Id), unreadable == 0))
            {
                broken.Statistics.Add(run.Number);
            }

            var strays = rows.Keys.Except(analyses.Select(a => a.Id)).Count();
            var areRowsRight = wrong.Count == 0 && strays == 0 && areReadable;
            if (areRowsRight && areSummed)
            {
                continue;
            }

            // Totals follow from the rows; rows follow from readings that are all there.
            var canBeRepaired = areRowsRight || (unreadable == 0 && analyses.TrueForAll(a => a.IsWhole));
            var what = areRowsRight ? "its totals do not sum up its rows"
                : wrong.Count == 0 ? strays > 0 ? "it has rows of analyses that are not Done" : "one of its rows is damaged"
                : $"analysis {wrong[0]}{(wrong.Count == 1 ? "" : $" and {wrong.Count - 1} more")} has other rows than its readings give";
            check.Add(new CheckFinding(
                CheckKind.Index,
                $"The token index of the run \"{run.Name}\" is not right: {what}.",
                canBeRepaired ? "check --repair makes it anew."
                    : unreadable > 0 ? "Restore a backup: some of its readings cannot be read, so that it cannot be made anew."
                    : "Restore a backup: some of its readings were let go, so that it cannot be made anew.",
                canBeRepaired));
            if (canBeRepaired)
            {
                (areRowsRight ? broken.Totals : broken.Indexes).Add(run.Number);
            }
        }

        return broken;
    }

    /// <summary>A run's Done analyses in today's form, in the order of its items.</summary>
    internal static IQueryable<AnalysisEntity> DoneOf(StorageContext context, long run) => context.Analyses
        .Where(a => a.RunNumber == run && a.State == AnalysisState.Done && !context.PendingDigests.Any(p => p.AnalysisId == a.Id))
        .OrderBy(a => a.Ordinal);

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
            var source = facts.ToSource(facts.RequireWhole(readings.Rests), readings, await tables.GetAsync(context, facts.Checkpoint, cancellationToken));

            // One that refers to no prefix any more has only its own positions.
            return source.Prompt.Any(layer => layer.FirstPosition > 0) ? null : source;
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }

    private static (Dictionary<long, UInt128> Rows, bool AreReadable, bool AreSummed) ReadRows(CheckContext check, long run)
    {
        var rows = new Dictionary<long, UInt128>();
        var (areReadable, areSummed, tokens) = (true, true, 0L);
        TokenTotal? sum = null;
        using (var reader = check.Query(TokenIndex.RowsSql, ("@run", run)))
        {
            while (reader.Read())
            {
                try
                {
                    var (token, analysis) = IndexedToken.Read(reader);
                    rows[analysis] = rows.GetValueOrDefault(analysis) + HashOf(token.Id, token.Best, reader.GetFieldValue<byte[]>(3));
                    if (sum?.TokenId != token.Id)
                    {
                        areSummed &= sum is null || IsTotal(check, run, sum);
                        tokens++;
                        sum = null;
                    }

                    sum = TokenTotal.Add(sum, token);
                }
                catch (InvalidDataException)
                {
                    areReadable = false;
                }
            }
        }

        areSummed &= sum is null || IsTotal(check, run, sum);
        return (rows, areReadable, areSummed && check.Number("SELECT COUNT(*) FROM TokenTotals WHERE RunNumber = $run", ("$run", run)) == tokens);
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
