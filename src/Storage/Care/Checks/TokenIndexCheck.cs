using System.Globalization;
using System.IO.Hashing;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Care.Checks;

/// <summary>The token index against the readings it was made from: every row of every analysis, and every run's totals, are counted again.</summary>
internal static class TokenIndexCheck
{
    private const string Stage = "checking the token index";
    private const string Wrong = "Searches by token are wrong there, the readings are not: export the run as an archive, delete it and import it again.";

    public static void Run(CheckContext check)
    {
        if (!check.Has("TokenOccurrences") || !check.Has("TokenTotals"))
        {
            return;
        }

        var total = check.Number("SELECT COUNT(*) FROM Analyses WHERE State = 2");
        var done = 0;
        using var runs = check.Query("SELECT Number, Name, IndexThreshold FROM Runs WHERE Deleting = 0 ORDER BY Number");
        while (runs.Read())
        {
            var (run, name, threshold) = (runs.GetInt64(0), runs.GetString(1), runs.GetDouble(2));
            var totals = new Dictionary<int, TokenTotal>();
            var expected = new Dictionary<long, RowSum>();
            using (var analyses = check.Query(
                """
                SELECT a.Id, a.Attempt, l.Packed FROM Analyses a JOIN AnalysisLayouts l ON l.AnalysisId = a.Id
                WHERE a.RunNumber = $run AND a.State = 2 AND NOT EXISTS (SELECT 1 FROM PendingDigests p WHERE p.AnalysisId = a.Id)
                """,
                ("$run", run)))
            {
                while (analyses.Read())
                {
                    check.Report(Stage, done++, total);
                    var id = analyses.GetInt64(0);
                    if (Count(check, id, analyses.GetInt32(1), analyses.GetFieldValue<byte[]>(2), threshold) is { } tokens)
                    {
                        foreach (var token in tokens)
                        {
                            totals[token.Id] = TokenTotal.Add(totals.GetValueOrDefault(token.Id), token);
                            expected[id] = expected.GetValueOrDefault(id).Plus(token.Id, token.Best, TokenLayersCodec.Pack([.. token.Layers]));
                        }
                    }
                    else
                    {
                        // What is wrong with its readings has been told; the run's totals cannot be counted without it.
                        expected.Remove(id);
                        totals.Clear();
                        threshold = double.NaN;
                        break;
                    }
                }
            }

            if (!double.IsNaN(threshold))
            {
                CompareRows(check, run, expected);
                CompareTotals(check, run, name, totals);
            }
        }
    }

    private static IReadOnlyList<IndexedToken>? Count(CheckContext check, long id, int attempt, byte[] layout, double threshold)
    {
        try
        {
            var summaries = new List<PackedSummary>();
            using (var rows = check.Query("SELECT s.Segment, s.Packed FROM Summaries s WHERE s.AnalysisId = $id ORDER BY s.Segment", ("$id", id)))
            {
                while (rows.Read())
                {
                    summaries.Add(new PackedSummary((ReadingSegment)rows.GetInt32(0), rows.GetFieldValue<byte[]>(1)));
                }
            }

            var rests = new List<PackedRest>();
            using (var rows = check.Query(
                "SELECT r.Segment, r.Layer, r.Packed FROM Readings r WHERE r.AnalysisId = $id AND r.Attempt = $attempt ORDER BY r.Segment, r.Layer", ("$id", id), ("$attempt", attempt)))
            {
                while (rows.Read())
                {
                    rests.Add(new PackedRest((ReadingSegment)rows.GetInt32(0), rows.GetInt32(1), rows.GetFieldValue<byte[]>(2)));
                }
            }

            var readings = new PackedReadings(summaries, rests);
            var whole = readings.Join(ReadingSegment.Prompt).Concat(readings.Join(ReadingSegment.Answer)).Select(packed => ReadingCodec.Unpack(packed));
            return TokenIndexer.Find(whole, AnalysisLayoutCodec.Unpack(layout), threshold);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static void CompareRows(CheckContext check, long run, Dictionary<long, RowSum> expected)
    {
        var found = new Dictionary<long, RowSum>();
        using (var rows = check.Query("SELECT AnalysisId, TokenId, Best, Layers FROM TokenOccurrences WHERE RunNumber = $run", ("$run", run)))
        {
            while (rows.Read())
            {
                var id = rows.GetInt64(0);
                found[id] = found.GetValueOrDefault(id).Plus(rows.GetInt32(1), rows.GetInt32(2), rows.GetFieldValue<byte[]>(3));
            }
        }

        foreach (var id in expected.Keys.Union(found.Keys).Where(id => expected.GetValueOrDefault(id) != found.GetValueOrDefault(id)).Order())
        {
            check.Add(new CheckFinding(
                CheckKind.Index, string.Create(CultureInfo.InvariantCulture, $"The token index of analysis {id} does not say what its readings say."), Wrong));
        }
    }

    private static void CompareTotals(CheckContext check, long run, string name, Dictionary<int, TokenTotal> expected)
    {
        var wrong = 0;
        using (var rows = check.Query($"SELECT {TokenTotal.Columns} FROM TokenTotals t WHERE t.RunNumber = $run", ("$run", run)))
        {
            while (rows.Read())
            {
                var found = TokenTotal.Read(rows);
                wrong += expected.Remove(found.TokenId, out var total) && found with { Layers = [] } == total with { Layers = [] } && found.Layers.AsSpan().SequenceEqual(total.Layers) ? 0 : 1;
            }
        }

        wrong += expected.Count;
        if (wrong > 0)
        {
            check.Add(new CheckFinding(
                CheckKind.Index, string.Create(CultureInfo.InvariantCulture, $"The token totals of the run \"{name}\" do not say what its readings say, of {wrong} tokens."), Wrong));
        }
    }

    /// <summary>Rows of one analysis, in whatever order they come.</summary>
    private readonly record struct RowSum(int Rows, ulong Sum)
    {
        public RowSum Plus(int token, int best, byte[] layers) => new(Rows + 1, unchecked(Sum + XxHash3.HashToUInt64(layers, ((long)token << 32) | (uint)best)));
    }
}
