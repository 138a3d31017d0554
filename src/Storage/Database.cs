using LogitLens.Storage.Care;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Readings.Digests;
using LogitLens.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LogitLens.Storage;

/// <summary>The database file as a whole.</summary>
public sealed class Database : IDisposable
{
    /// <summary><c>PRAGMA application_id</c> of our files: "LLDB" in ASCII. Another program's SQLite file is not taken for ours.</summary>
    internal const int ApplicationId = 0x4C4C4442;

    private readonly DatabaseFile _file;
    private readonly IDbContextFactory<StorageContext> _contexts;
    private readonly DigestBacklog _backlog;
    private readonly UpgradeCopy _copy;

    internal Database(DatabaseFile file, IDbContextFactory<StorageContext> contexts, DigestBacklog backlog, UpgradeCopy copy)
    {
        _file = file;
        _contexts = contexts;
        _backlog = backlog;
        _copy = copy;
    }

    /// <summary>Creates or migrates the file; WAL, foreign keys. Call once at start.</summary>
    /// <remarks>The tables change in one transaction; then analyses of an earlier version are brought over one by one, which can be interrupted.</remarks>
    /// <exception cref="StorageException">Read-only folder, full disk, newer database, not a database. The file is then as it was.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            try
            {
                CreateFolder();
                RequireDatabaseOrNothing();
                await MigrateAsync(cancellationToken);
                await _backlog.WorkOffAsync(cancellationToken);
            }
            catch (Exception exception) when (SqliteFailure.Explain(exception, _file) is { } sentence)
            {
                throw new StorageException(sentence, exception);
            }
        },
        cancellationToken);

    /// <summary><c>PRAGMA integrity_check</c> and <c>foreign_key_check</c>; empty when all is well.</summary>
    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => Task.Run<IReadOnlyList<string>>(
        async () =>
        {
            try
            {
                await using var connection = new SqliteConnection(_file.ConnectionString);
                await connection.OpenAsync(cancellationToken);
                ConnectionSettings.Apply(connection);
                var findings = new List<string>();
                findings.AddRange((await ReadAsync(connection, "PRAGMA integrity_check", cancellationToken)).Where(line => line != "ok"));
                findings.AddRange((await ReadAsync(connection, "PRAGMA foreign_key_check", cancellationToken)).Select(row => $"foreign key: {row}"));
                return findings;
            }
            catch (Exception exception) when (SqliteFailure.Explain(exception, _file) is { } sentence)
            {
                throw new StorageException(sentence, exception);
            }
        },
        cancellationToken);

    /// <summary>Closes pooled connections; the last one to close folds the write-ahead log into the file.</summary>
    public void Dispose()
    {
        using var connection = new SqliteConnection(_file.ConnectionString);
        SqliteConnection.ClearPool(connection);
    }

    private void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(_file.Folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                $"The data folder {_file.Folder} cannot be created ({exception.Message.TrimEnd('.')}); choose a folder that this user may write.", exception);
        }
    }

    /// <summary>Looks before SQLite does: SQLite would write its write-ahead log beside whatever it is given.</summary>
    private void RequireDatabaseOrNothing()
    {
        if (Directory.Exists(_file.Path))
        {
            throw new StorageException($"{_file.Path} is a folder, not a database file; name a file in it instead.");
        }

        try
        {
            // An empty file is what SQLite itself leaves when it is stopped before its first write.
            if (!File.Exists(_file.Path) || new FileInfo(_file.Path).Length == 0)
            {
                return;
            }

            using var stream = new FileStream(_file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> start = stackalloc byte[16];
            if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.SequenceEqual("SQLite format 3\0"u8))
            {
                throw new StorageException(SqliteFailure.NotADatabase(_file));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                $"{_file.Path} cannot be read ({exception.Message.TrimEnd('.')}); make it readable for this user or choose another data folder.", exception);
        }
    }

    /// <remarks>
    /// All pending migrations go into one transaction, under SQLite's own write lock. EF's <c>Migrate</c> is not used: it marks its turn by a row that a
    /// killed process leaves behind, and every later start would wait for that row for ever.
    /// </remarks>
    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(_file.PreparationConnectionString);
        await connection.OpenAsync(cancellationToken);
        ConnectionSettings.Apply(connection);

        // Before anything is changed, the log's mode included, whether this is ours is looked at; again under the lock, as two processes may start at once.
        var before = await RequireOursAsync(connection, cancellationToken);
        await RequireWriteAheadLogAsync(connection, cancellationToken);
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        if (before is not null && before != context.Database.GetMigrations().Last())
        {
            _copy.Take(before, cancellationToken);
        }

        connection.CreateFunction("logitlens_checksum", (byte[] packed) => ReadingChecksum.Of(packed), isDeterministic: true);
        await using var transaction = connection.BeginTransaction(deferred: false);
        var last = await RequireOursAsync(connection, cancellationToken);
        if (last != context.Database.GetMigrations().Last())
        {
            var script = context.GetService<IMigrator>().GenerateScript(last ?? Migration.InitialDatabase, null, MigrationsSqlGenerationOptions.NoTransactions);
            await ExecuteAsync(connection, $"{script}\nPRAGMA application_id = {ApplicationId};", cancellationToken);
            if (await ReadAsync(connection, "PRAGMA foreign_key_check", cancellationToken) is { Count: > 0 } broken)
            {
                throw new InvalidOperationException($"The migrations broke foreign keys: {string.Join("; ", broken)}.");
            }
        }

        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>The last migration applied, or null for a new file.</summary>
    private async Task<string?> RequireOursAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        var tables = await ReadAsync(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", cancellationToken);
        if (tables.Count == 0)
        {
            return null;
        }

        if ((await ReadAsync(connection, "PRAGMA application_id", cancellationToken))[0] != $"{ApplicationId}")
        {
            throw new StorageException($"{_file.Path} is a database of another program and was left as it is; choose another data folder.");
        }

        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var applied = await ReadAsync(connection, "SELECT MigrationId FROM __EFMigrationsHistory ORDER BY MigrationId", cancellationToken);
        if (applied.Except(context.Database.GetMigrations()).FirstOrDefault() is { } unknown)
        {
            throw new StorageException(
                $"{_file.Path} was written by a newer LogitLens ({unknown}) and was left as it is; update LogitLens or choose another data folder.");
        }

        return applied[^1];
    }

    private async Task RequireWriteAheadLogAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        if ((await ReadAsync(connection, "PRAGMA journal_mode = WAL", cancellationToken))[0] != "wal")
        {
            throw new StorageException(
                $"The file system of {_file.Folder} does not allow SQLite's write-ahead log, as network drives don't; choose a data folder on a local disk.");
        }
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<List<string>> ReadAsync(SqliteConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
        }

        return rows;
    }
}
