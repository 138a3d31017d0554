using System.Security.Cryptography;
using LogitLens.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LogitLens.Storage.Care;

/// <summary>Copies a database as it stands at one moment into a new file, a few pages at a time, while others read and write it.</summary>
/// <remarks>
/// SQLite's backup interface on a connection that holds a read transaction: every step reads the same snapshot, so commits in between neither show in the
/// copy nor send it back to its beginning, and nobody waits for it. The write-ahead log cannot be folded past that snapshot until the copy is done.
/// See docs/adr/0009.
/// </remarks>
internal static class PageCopy
{
    /// <summary>4 MiB of ordinary pages: often enough for a progress bar and for stopping.</summary>
    private const int PagesPerStep = 1024;

    private const int Done = raw.SQLITE_DONE;

    /// <summary>Writes the copy and waits until the disk has it. Whatever ends it early leaves no file.</summary>
    /// <param name="connectionString">Of the source.</param>
    /// <param name="source">The source's path, for sentences.</param>
    /// <param name="target">A path where nothing is.</param>
    /// <param name="what">What fails, for sentences: <c>The backup</c>.</param>
    /// <exception cref="StorageException">The source cannot be read, or the target not written.</exception>
    public static void Write(string connectionString, string source, string target, string what, Action<double> progress, CancellationToken cancellationToken)
    {
        try
        {
            using (var from = new SqliteConnection(connectionString))
            {
                from.Open();
                ConnectionSettings.Apply(from);
                Pin(from);
                var bytes = Number(from, "PRAGMA page_count") * Number(from, "PRAGMA page_size");
                DiskSpace.Require(Folder(target), bytes, $"{what} was not begun", "free space there or choose another folder");
                using var to = Open(target, what);
                Copy(from, to, source, target, what, progress, cancellationToken);

                // The copied header asks for a write-ahead log; without one the copy is a single file that can be read from anywhere.
                _ = Text(to, "PRAGMA journal_mode = DELETE");
            }

            using var stream = new FileStream(target, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception exception)
        {
            Remove(target);
            Remove(target + "-journal");
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw new StorageException($"{what} was not finished, and nothing of it was kept: {exception.Message.TrimEnd('.')}; check that disk, then try again.", exception);
            }

            if (exception is not StorageException && SqliteFailure.Explain(exception, new DatabaseFile(source)) is { } sentence)
            {
                throw new StorageException(sentence, exception);
            }

            throw;
        }
    }

    /// <summary>SHA-256 of a file, in lower-case hexadecimal.</summary>
    public static async Task<string> HashAsync(string path, Action<double>? progress, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.Asynchronous | FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (long sum = 0; ;)
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                return Convert.ToHexStringLower(hash.GetHashAndReset());
            }

            hash.AppendData(buffer, 0, read);
            sum += read;
            progress?.Invoke((double)sum / Math.Max(sum, stream.Length));
        }
    }

    /// <summary>Deletes a file of ours if it is there; one that cannot be deleted is left.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The failure that led here is the one to tell.
        }
    }

    private static string Folder(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;

    private static void Pin(SqliteConnection connection)
    {
        // The transaction is SQLite's own and ends with the connection; reading is what takes the snapshot.
        Execute(connection, "BEGIN");
        _ = Number(connection, "SELECT COUNT(*) FROM sqlite_master");
    }

    private static SqliteConnection Open(string target, string what)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = target, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false }.ToString());
        try
        {
            connection.Open();

            // A half-written copy is deleted, so nothing has to be undone in it; the disk is waited for once, at the end.
            Execute(connection, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new StorageException($"{what} cannot be written to {target}; make that folder writable for this user or choose another.", exception);
        }
    }

    private static void Copy(
        SqliteConnection from, SqliteConnection to, string source, string target, string what, Action<double> progress, CancellationToken cancellationToken)
    {
        using var backup = raw.sqlite3_backup_init(to.Handle, "main", from.Handle, "main");
        if (backup.IsInvalid)
        {
            throw Failure(raw.sqlite3_errcode(to.Handle), source, target, what);
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var code = raw.sqlite3_backup_step(backup, PagesPerStep);
            if (code is not (Done or raw.SQLITE_OK))
            {
                throw Failure(code, source, target, what);
            }

            var pages = Math.Max(1, raw.sqlite3_backup_pagecount(backup));
            progress((double)(pages - raw.sqlite3_backup_remaining(backup)) / pages);
            if (code == Done)
            {
                return;
            }
        }
    }

    /// <summary>The interface does not say which side failed; by the kind of failure it is clear in every case but a failing disk.</summary>
    private static StorageException Failure(int code, string source, string target, string what) => new((code & 0xFF) switch
    {
        raw.SQLITE_FULL => $"There is no space left for {target}: {Lower(what)} was not finished, and nothing of it was kept; free space there or choose another folder.",
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM =>
            $"{what} cannot be written to {target}; make that folder writable for this user or choose another.",
        raw.SQLITE_IOERR => $"A disk failed while {source} was copied to {target}: {Lower(what)} was not finished, and nothing of it was kept; check both disks and try again.",
        _ => SqliteFailure.Explain(new SqliteException(raw.sqlite3_errstr(code).utf8_to_string(), code), new DatabaseFile(source)) ?? $"{what} was not finished: {raw.sqlite3_errstr(code).utf8_to_string()}; try again.",
    });

    private static string Lower(string what) => char.ToLowerInvariant(what[0]) + what[1..];

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static string? Text(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() as string;
    }
}
