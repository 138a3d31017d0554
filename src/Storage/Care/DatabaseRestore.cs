using System.Globalization;
using LogitLens.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Care;

/// <summary>Puts a backup in the place of the database. The caller holds the data folder: nobody may have the database open meanwhile.</summary>
public sealed class DatabaseRestore
{
    private readonly DatabaseFile _file;
    private readonly IDbContextFactory<StorageContext> _contexts;
    private readonly TimeProvider _clock;

    internal DatabaseRestore(DatabaseFile file, IDbContextFactory<StorageContext> contexts, TimeProvider clock)
    {
        _file = file;
        _contexts = contexts;
        _clock = clock;
    }

    /// <summary>
    /// Checks the backup (its checksum if one lies beside it, every page, whose it is, its version, every reading), copies it beside the database, and lets it
    /// take the database's place in one step. The replaced database is kept under a dated name.
    /// </summary>
    /// <exception cref="StorageException">The backup is missing, damaged, another program's or a newer version's, or the data folder cannot take it. The database is then as it was.</exception>
    /// <param name="force">Takes a backup whose pages are whole even if readings in it are not: what can be saved of a damaged database.</param>
    public Task<RestoredDatabase> RestoreAsync(string backup, bool force, IProgress<CareProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(backup);
        return Task.Run(() => RestoreCoreAsync(Path.GetFullPath(backup), force, progress, cancellationToken), cancellationToken);
    }

    private async Task<RestoredDatabase> RestoreCoreAsync(string backup, bool force, IProgress<CareProgress>? progress, CancellationToken cancellationToken)
    {
        if (backup == _file.Path)
        {
            throw new StorageException($"{backup} is the database itself; name a backup of it.");
        }

        BackupInspection.RequireOurs(backup);
        await RequireChecksumAsync(backup, progress, cancellationToken);
        progress?.Report(new CareProgress("checking the backup"));
        await BackupInspection.RequireWholeAsync(backup, quick: false, cancellationToken);
        var isOld = await RequireKnownVersionAsync(backup, cancellationToken);
        if (!force)
        {
            await RequireSoundAsync(backup, progress, cancellationToken);
        }

        CreateFolder();

        var incoming = $"{_file.Path}.{Guid.NewGuid():N}.unfinished";
        PageCopy.Write(BackupInspection.ConnectionString(backup), backup, incoming, "The restored database", done => progress?.Report(new CareProgress("copying", done)), cancellationToken);
        try
        {
            progress?.Report(new CareProgress("checking the copy"));
            await BackupInspection.RequireWholeAsync(incoming, quick: true, cancellationToken);
            return new RestoredDatabase(_file.Path, await ReplaceAsync(incoming), isOld);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The backup was not put in place of {_file.Path}, which is as it was: {exception.Message.TrimEnd('.')}; make {_file.Folder} writable for this user.", exception);
        }
        finally
        {
            PageCopy.Remove(incoming);
        }
    }

    private static async Task RequireChecksumAsync(string backup, IProgress<CareProgress>? progress, CancellationToken cancellationToken)
    {
        var beside = DatabaseBackup.ChecksumPath(backup);
        if (!File.Exists(beside))
        {
            return;
        }

        try
        {
            var expected = (await File.ReadAllTextAsync(beside, cancellationToken)).Split(' ', 2)[0].Trim();
            var found = await PageCopy.HashAsync(backup, done => progress?.Report(new CareProgress("comparing the checksum", done)), cancellationToken);
            if (!string.Equals(expected, found, StringComparison.OrdinalIgnoreCase))
            {
                throw new StorageException($"{backup} is no longer the file that was backed up: its SHA-256 is {found}, and {beside} says {expected}; take another backup.");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"{backup} cannot be read ({exception.Message.TrimEnd('.')}); make it and {beside} readable for this user.", exception);
        }
    }

    private async Task<bool> RequireKnownVersionAsync(string backup, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(BackupInspection.ConnectionString(backup));
        await connection.OpenAsync(cancellationToken);
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var known = context.Database.GetMigrations().ToList();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT MigrationId FROM __EFMigrationsHistory ORDER BY MigrationId";
        var last = string.Empty;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            last = reader.GetString(0);
            if (!known.Contains(last))
            {
                throw new StorageException($"{backup} was written by a newer LogitLens ({last}); update LogitLens, then restore it.");
            }
        }

        return last != known[^1];
    }

    private async Task RequireSoundAsync(string backup, IProgress<CareProgress>? progress, CancellationToken cancellationToken)
    {
        var report = await DatabaseCheck.CheckFileAsync(BackupInspection.ConnectionString(backup), new DatabaseFile(backup), _clock, progress, cancellationToken);
        if (report.Findings.FirstOrDefault(f => !f.CanBeRepaired) is { } finding)
        {
            throw new StorageException($"{backup} was not restored: {finding.Sentence} Take an older backup, or give --force to restore it nevertheless.");
        }
    }

    private void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(_file.Folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The data folder {_file.Folder} cannot be created ({exception.Message.TrimEnd('.')}); choose a folder that this user may write.", exception);
        }
    }

    /// <summary>The new file takes the old one's name in one step; the old one keeps its data under another name the whole time.</summary>
    private async Task<string?> ReplaceAsync(string incoming)
    {
        if (!File.Exists(_file.Path))
        {
            // A log without its database belongs to nothing; beside another database SQLite would play it back into that.
            SetLogsAside(Free(_file.Path + ".orphan"));
            File.Move(incoming, _file.Path);
            return null;
        }

        if (IsSqlite(_file.Path))
        {
            await FoldLogAsync();
        }

        var kept = Free(Path.Combine(
            _file.Folder, $"{Path.GetFileNameWithoutExtension(_file.Path)}-replaced-{_clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}.db"));
        SetLogsAside(kept);
        File.Replace(incoming, _file.Path, kept);
        return kept;
    }

    private async Task FoldLogAsync()
    {
        try
        {
            await using var connection = new SqliteConnection(_file.UnpooledConnectionString);
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await command.ExecuteNonQueryAsync();
        }
        catch (SqliteException)
        {
            // It is damaged, which is why it is being replaced: its log goes aside with it.
        }
    }

    /// <summary>Closing anything else, SQLite deletes the log it finds beside it.</summary>
    private static bool IsSqlite(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> head = stackalloc byte[16];
        return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("SQLite format 3\0"u8);
    }

    private void SetLogsAside(string kept)
    {
        foreach (var ending in new[] { "-wal", "-shm" })
        {
            if (File.Exists(_file.Path + ending))
            {
                File.Move(_file.Path + ending, kept + ending);
            }
        }
    }

    private static string Free(string path)
    {
        for (var number = 1; ; number++)
        {
            var free = number == 1 ? path : $"{Path.ChangeExtension(path, null)}-{number}{Path.GetExtension(path)}";
            if (!File.Exists(free) && !File.Exists(free + "-wal"))
            {
                return free;
            }
        }
    }
}
