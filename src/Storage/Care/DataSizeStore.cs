using LogitLens.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Care;

/// <summary>Answers what takes the room.</summary>
/// <remarks>
/// Lengths of blobs stand in their rows' heads, so that adding them up reads no blob; the rows themselves are read. At ten thousand analyses that is
/// a second or so: ask it when somebody looks, not on every page.
/// </remarks>
public sealed class DataSizeStore
{
    /// <summary>Tables by kind, with the columns whose contents count; a table that this version of the database lacks counts nothing.</summary>
    private static readonly (DataKind Kind, string Table, string[] Columns, bool Counts)[] Tables =
    [
        (DataKind.Images, "Images", [], true),
        (DataKind.Images, "ImageContents", ["Bytes"], false),
        (DataKind.Images, "ImageThumbnails", ["Bytes"], false),
        (DataKind.Readings, "Readings", ["Packed"], true),
        (DataKind.Readings, "PrefixReadings", ["Packed"], false),
        (DataKind.Summaries, "Summaries", ["Packed"], true),
        (DataKind.Summaries, "PrefixSummaries", ["Packed"], false),
        (DataKind.Summaries, "LayerSummaries", ["Packed"], false),
        (DataKind.HiddenStates, "HiddenStates", ["Values"], true),
        (DataKind.Index, "TokenOccurrences", ["Layers"], true),
        (DataKind.Index, "TokenTotals", ["Layers"], false),
        (DataKind.Index, "AnalysisAggregates", ["Packed"], false),
        (DataKind.Index, "RunAggregates", ["Packed"], false),
        (DataKind.Index, "RunTallies", ["Packed"], false),
        (DataKind.Catalogue, "CheckpointTokens", ["Packed"], false),
        (DataKind.Catalogue, "AnalysisLayouts", ["Packed"], false),
    ];

    private readonly DatabaseFile _file;

    internal DataSizeStore(DatabaseFile file) => _file = file;

    /// <summary>Reads it all.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<DataSizes> ReadAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                using var connection = new SqliteConnection(_file.UnpooledConnectionString);
                connection.Open();
                ConnectionSettings.Apply(connection);
                using var snapshot = connection.BeginTransaction(deferred: true);
                using var interrupt = cancellationToken.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
                return Read(connection, snapshot);
            }
            catch (SqliteException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (Exception exception) when (SqliteFailure.Explain(exception, _file) is { } sentence)
            {
                throw new StorageException(sentence, exception);
            }
        },
        cancellationToken);

    private DataSizes Read(SqliteConnection connection, SqliteTransaction snapshot)
    {
        var bytes = new Dictionary<DataKind, long>();
        var counts = new Dictionary<DataKind, long>();
        var known = Texts("SELECT name FROM sqlite_master WHERE type = 'table'");
        foreach (var (kind, table, columns, isCounted) in Tables.Where(t => known.Contains(t.Table)))
        {
            var length = columns.Length == 0 ? "0" : string.Join(" + ", columns.Select(column => $"COALESCE(LENGTH(\"{column}\"), 0)"));
            bytes[kind] = bytes.GetValueOrDefault(kind) + Number($"SELECT COALESCE(SUM({length}), 0) FROM \"{table}\"");
            if (isCounted)
            {
                counts[kind] = counts.GetValueOrDefault(kind) + Number($"SELECT COUNT(*) FROM \"{table}\"");
            }
        }

        var page = Number("PRAGMA page_size");
        var pages = Number("PRAGMA page_count");
        var unused = Number("PRAGMA freelist_count") * page;
        bytes[DataKind.Overhead] = Math.Max(0, (pages * page) - unused - bytes.Values.Sum());
        return new DataSizes(
            [.. bytes.Select(kind => new DataPart(kind.Key, kind.Value, counts.TryGetValue(kind.Key, out var count) ? count : null)).OrderByDescending(part => part.Bytes)],
            Length(_file.Path),
            Length(_file.Path + "-wal"),
            unused,
            DiskSpace.Free(_file.Folder));

        long Number(string sql)
        {
            using var command = connection.CreateCommand();
            command.Transaction = snapshot;
            command.CommandText = sql;
            return (long)command.ExecuteScalar()!;
        }

        HashSet<string> Texts(string sql)
        {
            using var command = connection.CreateCommand();
            command.Transaction = snapshot;
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            var texts = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read())
            {
                texts.Add(reader.GetString(0));
            }

            return texts;
        }
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
