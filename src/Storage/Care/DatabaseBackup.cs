using System.Globalization;
using LogitLens.Storage.Sqlite;

namespace LogitLens.Storage.Care;

/// <summary>Takes backups: of the moment they begin, while analyses go on being written.</summary>
public sealed class DatabaseBackup
{
    private const string Unfinished = ".unfinished";

    private readonly DatabaseFile _file;
    private readonly TimeProvider _clock;

    internal DatabaseBackup(DatabaseFile file, TimeProvider clock)
    {
        _file = file;
        _clock = clock;
    }

    /// <summary>The name a backup gets when only a folder is given: <c>logitlens-20261125-130501.db</c>, in UTC.</summary>
    public static string NameAt(DateTimeOffset time) => $"logitlens-{time.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}.db";

    /// <summary>The moment in a name by <see cref="NameAt"/>; null for any other name.</summary>
    public static DateTimeOffset? TimeOf(string fileName) =>
        fileName.StartsWith("logitlens-", StringComparison.Ordinal)
        && fileName.EndsWith(".db", StringComparison.Ordinal)
        && DateTimeOffset.TryParseExact(
            fileName.AsSpan(10, Math.Max(0, fileName.Length - 13)), "yyyyMMdd-HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    /// <summary>Where the checksum of a backup lies; the form is that of <c>sha256sum</c>.</summary>
    public static string ChecksumPath(string backup) => backup + ".sha256";

    /// <summary>Writes a backup, looks at it (it opens, its pages fit together, it is ours), and only then gives it its name.</summary>
    /// <param name="target">A file that does not exist yet, or a folder that does: then the file is named by <see cref="NameAt"/>.</param>
    /// <exception cref="StorageException">The target exists, cannot be written or is full; the database cannot be read. Nothing is left behind.</exception>
    public Task<BackupFile> WriteAsync(string target, IProgress<CareProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        return Task.Run(() => WriteCoreAsync(target, progress, cancellationToken), cancellationToken);
    }

    private async Task<BackupFile> WriteCoreAsync(string target, IProgress<CareProgress>? progress, CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        var time = _clock.GetUtcNow();
        var path = Path.GetFullPath(target);
        if (Directory.Exists(path))
        {
            path = Path.Combine(path, NameAt(time));
        }

        Require(path);
        if (!File.Exists(_file.Path))
        {
            throw new StorageException($"There is no database at {_file.Path}, so there is nothing to back up; give the folder it lies in.");
        }

        // A name of its own: two backups to one target at once must not write into one file. What a killed process left is told by its name.
        var unfinished = $"{path}.{Guid.NewGuid():N}{Unfinished}";
        PageCopy.Write(_file.UnpooledConnectionString, _file.Path, unfinished, "The backup", done => progress?.Report(new CareProgress("copying", done)), cancellationToken);
        try
        {
            progress?.Report(new CareProgress("checking the copy"));
            await BackupInspection.RequireWholeAsync(unfinished, quick: true, cancellationToken);
            var sha256 = await PageCopy.HashAsync(unfinished, done => progress?.Report(new CareProgress("checksum", done)), cancellationToken);
            var bytes = new FileInfo(unfinished).Length;
            File.Move(unfinished, path);
            await File.WriteAllTextAsync(ChecksumPath(path), $"{sha256}  {Path.GetFileName(path)}\n", CancellationToken.None);
            return new BackupFile(path, bytes, sha256, time, _clock.GetElapsedTime(began));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw File.Exists(unfinished)
                ? new StorageException($"The backup was not finished, and nothing of it was kept: {exception.Message.TrimEnd('.')}; choose another name or free space, then try again.", exception)
                : new StorageException($"The backup {path} is whole, but its checksum could not be written beside it ({exception.Message.TrimEnd('.')}); free space there.", exception);
        }
        finally
        {
            PageCopy.Remove(unfinished);
        }
    }

    private static void Require(string path)
    {
        if (File.Exists(path) || Directory.Exists(path))
        {
            throw new StorageException($"{path} exists already and was left as it is; choose another name for the backup.");
        }

        var folder = Path.GetDirectoryName(path);
        if (folder is null || !Directory.Exists(folder))
        {
            throw new StorageException($"There is no folder {folder ?? path} for the backup; create it or choose another.");
        }
    }
}
