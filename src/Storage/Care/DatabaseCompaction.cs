using LogitLens.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Care;

/// <summary>Gives the room of what was deleted back to the disk: SQLite alone keeps it for later rows.</summary>
/// <remarks>
/// VACUUM, in the writer's turn: whoever reads sees the state before until it is done, whoever writes waits. It writes what is kept twice (a temporary
/// copy, then the log), hence the room it asks for. See docs/adr/0009.
/// </remarks>
public sealed class DatabaseCompaction
{
    private readonly DatabaseFile _file;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;

    internal DatabaseCompaction(DatabaseFile file, DatabaseWriter writer, TimeProvider clock)
    {
        _file = file;
        _writer = writer;
        _clock = clock;
    }

    /// <summary>Compacts. Cancelling is possible until the new pages are committed; the database is then as it was.</summary>
    /// <exception cref="StorageException">There is too little room, another program writes, or the database cannot be written. The database is then as it was.</exception>
    public Task<CompactedDatabase> CompactAsync(IProgress<CareProgress>? progress, CancellationToken cancellationToken) => _writer.AloneAsync(
        () =>
        {
            var began = _clock.GetTimestamp();
            var before = FileBytes();
            using var connection = new SqliteConnection(_file.UnpooledConnectionString);
            connection.Open();
            ConnectionSettings.Apply(connection);
            var kept = (Number(connection, "PRAGMA page_count") - Number(connection, "PRAGMA freelist_count")) * Number(connection, "PRAGMA page_size");
            DiskSpace.Require(_file.Folder, 2 * kept, "The database was not compacted", "free space on that disk first, for example by deleting old backups");
            DiskSpace.Require(TemporaryFolder(), kept, "The database was not compacted", "free space there, or set SQLITE_TMPDIR to a folder with more of it");
            using (cancellationToken.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle)))
            using (Watch(progress, kept))
            {
                try
                {
                    Execute(connection, "VACUUM");
                }
                catch (SqliteException exception) when (exception.SqliteErrorCode == SQLitePCL.raw.SQLITE_INTERRUPT)
                {
                    throw new OperationCanceledException(cancellationToken);
                }
                catch (SqliteException exception) when (exception.SqliteErrorCode == SQLitePCL.raw.SQLITE_FULL)
                {
                    throw new StorageException(
                        $"There was no space left while {_file.Path} was compacted, so it is as it was; free {DiskSpace.Size(2 * kept)} on its disk and {DiskSpace.Size(kept)} in {TemporaryFolder()}, then try again.",
                        exception);
                }
            }

            // Whoever still reads the state before keeps the log from being folded; SQLite waits for them as long as for a lock, and the next fold does the rest.
            progress?.Report(new CareProgress("giving the room back"));
            Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            return new CompactedDatabase(before, FileBytes(), _clock.GetUtcNow(), _clock.GetElapsedTime(began));
        },
        cancellationToken);

    private long FileBytes() => Length(_file.Path) + Length(_file.Path + "-wal");

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Where SQLite makes temporary files: https://sqlite.org/tempfiles.html</summary>
    private static string TemporaryFolder() => OperatingSystem.IsWindows()
        ? Path.GetTempPath()
        : new[] { Environment.GetEnvironmentVariable("SQLITE_TMPDIR"), Environment.GetEnvironmentVariable("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp" }
            .FirstOrDefault(folder => folder is not null && Directory.Exists(folder)) ?? ".";

    /// <summary>SQLite says nothing while it works; the second half of the work shows in the log's length.</summary>
    private ITimer? Watch(IProgress<CareProgress>? progress, long kept)
    {
        if (progress is null)
        {
            return null;
        }

        progress.Report(new CareProgress("writing a compact copy"));
        return _clock.CreateTimer(
            _ =>
            {
                var written = Length(_file.Path + "-wal");
                if (written > kept / 50)
                {
                    progress.Report(new CareProgress("putting it in place", Math.Min(1, (double)written / Math.Max(1, kept))));
                }
            },
            null,
            TimeSpan.FromMilliseconds(500),
            TimeSpan.FromMilliseconds(500));
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
