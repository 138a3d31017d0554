using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Sqlite;

/// <summary>The file's path and the ways to connect to it.</summary>
internal sealed class DatabaseFile
{
    /// <summary>How long a connection waits for another process to finish writing.</summary>
    public static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(15);

    public DatabaseFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = System.IO.Path.GetFullPath(path);

        // ReadWrite, not ReadWriteCreate: a file that has vanished is an error to report, not a reason to start an empty one beside its write-ahead log.
        ConnectionString = Connection(SqliteOpenMode.ReadWrite, foreignKeys: true, pooling: true);
        UnpooledConnectionString = Connection(SqliteOpenMode.ReadWrite, foreignKeys: true, pooling: false);
        PreparationConnectionString = Connection(SqliteOpenMode.ReadWriteCreate, foreignKeys: false, pooling: false);
    }

    public string Path { get; }

    public string Folder => System.IO.Path.GetDirectoryName(Path) ?? Path;

    /// <summary>For every operation; the file must exist.</summary>
    public string ConnectionString { get; }

    /// <summary>For what holds a connection long or leaves it in a state of its own.</summary>
    public string UnpooledConnectionString { get; }

    /// <summary>For creating and migrating. Foreign keys are off: a migration that rebuilds a table drops the old one, which would delete by cascade.</summary>
    public string PreparationConnectionString { get; }

    private string Connection(SqliteOpenMode mode, bool foreignKeys, bool pooling) => new SqliteConnectionStringBuilder
    {
        DataSource = Path,
        Mode = mode,
        ForeignKeys = foreignKeys,
        Pooling = pooling,
        DefaultTimeout = (int)BusyTimeout.TotalSeconds,
    }.ToString();
}
