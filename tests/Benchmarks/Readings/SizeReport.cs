using System.Globalization;
using Microsoft.Data.Sqlite;

namespace LogitLens.Benchmarks.Readings;

/// <summary>What an analysis takes in the file, by kind, counted in pages.</summary>
internal static class SizeReport
{
    private static readonly (string Kind, string[] Tables)[] Kinds =
    [
        ("readings", ["Readings", "Summaries", "LayerSummaries"]),
        ("token index", ["TokenOccurrences", "TokenTotals"]),
        ("aggregates", ["AnalysisAggregates", "RunAggregates", "RunTallies", "UnsummedAnalyses"]),
        ("layouts", ["AnalysisLayouts"]),
    ];

    /// <summary>The size the file has once its write-ahead log is folded in.</summary>
    public static long FileBytes(string path)
    {
        using var connection = Open(path);
        return Scalar(connection, "PRAGMA page_count") * Scalar(connection, "PRAGMA page_size");
    }

    public static void Print(string path, int analyses, int topK)
    {
        var tables = Read(path);
        var rest = tables.Where(t => !Kinds.Any(k => k.Tables.Contains(t.Table))).ToList();
        var goals = new Dictionary<string, long> { ["token index"] = 150_000 };
        if (topK is 5 or 10)
        {
            goals["readings"] = topK == 5 ? 450_000 : 860_000;
        }

        Console.WriteLine();
        Console.WriteLine("| an analysis takes | in the file | of it payload | goal | |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var (kind, names) in Kinds)
        {
            Line(kind, tables.Where(t => names.Contains(t.Table)).ToList(), goals.TryGetValue(kind, out var goal) ? goal : null);
        }

        Line("everything else", rest, null);
        Line("**all**", tables, null);
        foreach (var table in tables.OrderByDescending(t => t.Pages))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"<!-- {table.Table}: {table.Pages / analyses:N0} in the file, {table.Payload / analyses:N0} payload -->"));
        }

        void Line(string kind, IReadOnlyList<(string Table, long Pages, long Payload)> of, long? goal)
        {
            var (pages, payload) = (of.Sum(t => t.Pages) / analyses, of.Sum(t => t.Payload) / analyses);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {kind} | {pages:N0} | {payload:N0} | {(goal is { } g ? $"{g:N0}" : "")} | {(goal is { } limit ? Report.Mark(pages, limit) : "")} |"));
        }
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return connection;
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static List<(string Table, long Pages, long Payload)> Read(string path)
    {
        var trees = new List<(string Table, long Root)>();
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            Scalar(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT tbl_name, rootpage FROM sqlite_master WHERE rootpage > 0";
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                trees.Add((rows.GetString(0), rows.GetInt64(1)));
            }
        }

        using var counts = new PageCounts(path);
        return [.. trees
            .GroupBy(t => t.Table, t => counts.Of(t.Root))
            .Select(t => (t.Key, t.Sum(c => c.Pages), t.Sum(c => c.Payload)))];
    }
}
