using System.Globalization;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Care.Checks;

/// <summary>One check under way: its connection, what it found so far, how far it is.</summary>
internal sealed class CheckContext(SqliteConnection connection, IProgress<CareProgress>? progress, CancellationToken cancellationToken) : IDisposable
{
    private readonly List<CheckFinding> _findings = [];
    private readonly Dictionary<CheckKind, int> _counts = [];
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private HashSet<string>? _columns;

    public CancellationToken CancellationToken => cancellationToken;

    public int Images { get; set; }

    public int Analyses { get; set; }

    public int Readings { get; set; }

    public IReadOnlyList<CheckFinding> Findings => [.. _findings, .. More()];

    public void Report(string stage, long done, long total) => progress?.Report(new CareProgress(stage, total == 0 ? 1 : (double)done / total));

    public void Report(string stage) => progress?.Report(new CareProgress(stage));

    public void Add(CheckFinding finding)
    {
        var count = _counts[finding.Kind] = _counts.GetValueOrDefault(finding.Kind) + 1;
        if (count < CheckReport.MostOfAKind)
        {
            _findings.Add(finding);
        }
    }

    /// <summary>Whether this database, which may be an older version's, has a column.</summary>
    public bool Has(string table, string column)
    {
        if (_columns is null)
        {
            _columns = new HashSet<string>(StringComparer.Ordinal);
            using var reader = Query("SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'");
            while (reader.Read())
            {
                _columns.Add(reader.GetString(0));
            }
        }

        return _columns.Contains($"{table}.{column}");
    }

    public bool Has(string table) => Number("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $name", ("$name", table)) > 0;

    /// <summary>Runs a query; the same text is prepared once, and has to be read to its end before it is asked again.</summary>
    public SqliteDataReader Query(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands.Add(sql, command = connection.CreateCommand());
            command.CommandText = sql;
        }

        command.Parameters.Clear();
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command.ExecuteReader();
    }

    public long Number(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var reader = Query(sql, parameters);
        return reader.Read() && !reader.IsDBNull(0) ? reader.GetInt64(0) : 0;
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }
    }

    private IEnumerable<CheckFinding> More() => _counts
        .Where(kind => kind.Value >= CheckReport.MostOfAKind)
        .Select(kind => new CheckFinding(
            kind.Key,
            string.Create(CultureInfo.InvariantCulture, $"{kind.Value - CheckReport.MostOfAKind + 1} more findings of this kind ({kind.Key}) are not listed."),
            "Deal with those listed first, then check again."));
}
