using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Care;

/// <summary>Looks at a file that should be a whole database of ours, without writing to it or beside it.</summary>
internal static class BackupInspection
{
    /// <summary>For reading a file that nobody writes. With a write-ahead log beside it (a copy made by hand) the log is read, too.</summary>
    public static string ConnectionString(string path) => new SqliteConnectionStringBuilder
    {
        // "immutable" keeps SQLite from making a log of its own beside a file whose header asks for one.
        DataSource = File.Exists(path + "-wal") ? path : $"{new Uri(path).AbsoluteUri}?immutable=1",
        Mode = SqliteOpenMode.ReadOnly,
        Pooling = false,
    }.ToString();

    /// <exception cref="StorageException">It is not a whole database of this program; the sentence says what it is instead.</exception>
    public static async Task RequireWholeAsync(string path, bool quick, CancellationToken cancellationToken)
    {
        RequireOurs(path);
        try
        {
            await using var connection = new SqliteConnection(ConnectionString(path));
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            using var interrupt = cancellationToken.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
            command.CommandText = quick ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)";
            if (await command.ExecuteScalarAsync(cancellationToken) is not "ok" and var finding)
            {
                throw new StorageException($"{path} is damaged ({finding}) and was not used; take an older backup.");
            }
        }
        catch (SqliteException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new StorageException($"{path} is damaged ({exception.Message.TrimEnd('.')}) and was not used; take an older backup.", exception);
        }
    }

    /// <summary>By the file's head alone: SQLite's mark and ours.</summary>
    /// <exception cref="StorageException">There is no such file, it cannot be read, or it is another's.</exception>
    public static void RequireOurs(string path)
    {
        if (Directory.Exists(path))
        {
            throw new StorageException($"{path} is a folder; name the backup file in it.");
        }

        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> head = stackalloc byte[100];
            if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !head.StartsWith("SQLite format 3\0"u8))
            {
                throw new StorageException($"{path} is not a SQLite database; name a file that backup has written.");
            }

            // The application id lies at offset 68: https://sqlite.org/fileformat.html
            if (System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(head[68..]) != Database.ApplicationId)
            {
                throw new StorageException($"{path} is a database of another program; name a file that backup has written.");
            }
        }
        catch (FileNotFoundException exception)
        {
            throw new StorageException($"There is no file {path}; name a backup that exists.", exception);
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new StorageException($"There is no file {path}; name a backup that exists.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"{path} cannot be read ({exception.Message.TrimEnd('.')}); make it readable for this user.", exception);
        }
    }
}
