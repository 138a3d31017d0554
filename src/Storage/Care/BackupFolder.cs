namespace LogitLens.Storage.Care;

/// <summary>The backups in a folder, known by the names that <see cref="DatabaseBackup.NameAt"/> gives; other files are nobody's business here.</summary>
public static class BackupFolder
{
    /// <summary>Newest first; empty if there is no such folder.</summary>
    /// <exception cref="StorageException">The folder cannot be read.</exception>
    public static IReadOnlyList<StoredBackup> List(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        try
        {
            return
            [
                .. new DirectoryInfo(folder)
                    .EnumerateFiles("logitlens-*.db")
                    .Select(file => (File: file, Time: DatabaseBackup.TimeOf(file.Name)))
                    .Where(found => found.Time is not null)
                    .Select(found => new StoredBackup(found.File.FullName, found.Time!.Value, found.File.Length))
                    .OrderByDescending(backup => backup.TakenAt),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The backup folder {folder} cannot be read ({exception.Message.TrimEnd('.')}); make it readable for this user.", exception);
        }
    }

    /// <summary>Deletes what the rotation lets go; returns how many backups went.</summary>
    /// <exception cref="StorageException">A file cannot be deleted.</exception>
    public static int Rotate(string folder, BackupRotation rotation, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(rotation);
        var backups = List(folder);
        var expired = rotation.Expired(backups.Select(backup => backup.TakenAt), zone).ToHashSet();
        var gone = 0;
        try
        {
            foreach (var backup in backups.Where(backup => expired.Contains(backup.TakenAt)))
            {
                File.Delete(backup.Path);
                File.Delete(DatabaseBackup.ChecksumPath(backup.Path));
                gone++;
            }

            return gone;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"Old backups in {folder} cannot be deleted ({exception.Message.TrimEnd('.')}); make the folder writable for this user.", exception);
        }
    }
}
