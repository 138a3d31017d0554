using LogitLens.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace LogitLens.Storage.Care;

/// <summary>Keeps the database as it is before a newer version changes its form, so that the way back is a restore.</summary>
internal sealed partial class UpgradeCopy(DatabaseFile file, ILogger<UpgradeCopy> logger)
{
    /// <summary>Where the copy of a database in the form of that migration lies.</summary>
    public string PathFor(string migration) => Path.Combine(file.Folder, $"{Path.GetFileNameWithoutExtension(file.Path)}-before-upgrade-from-{migration}.db");

    /// <summary>Takes the copy, unless an earlier try at this upgrade left one. An upgrade goes on without where the disk has no room: it is one transaction, or can be interrupted.</summary>
    /// <param name="migration">The last one applied.</param>
    public void Take(string migration, CancellationToken cancellationToken)
    {
        var path = PathFor(migration);
        if (File.Exists(path))
        {
            LogKept(path);
            return;
        }

        var unfinished = $"{path}.{Guid.NewGuid():N}.unfinished";
        try
        {
            PageCopy.Write(file.UnpooledConnectionString, file.Path, unfinished, "The copy before the upgrade", _ => { }, cancellationToken);
            File.Move(unfinished, path, overwrite: true);
            LogTaken(path);
        }
        catch (Exception exception) when (exception is StorageException or IOException or UnauthorizedAccessException)
        {
            LogNotTaken(exception.Message);
        }
        finally
        {
            PageCopy.Remove(unfinished);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "The database is of an earlier version and is upgraded now; as it was, it is kept as {Path}. Delete that file once all is well")]
    private partial void LogTaken(string path);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "The database is of an earlier version and is upgraded now; {Path} of an earlier start keeps it as it was")]
    private partial void LogKept(string path);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "The database is of an earlier version and is upgraded now, without a copy of it as it was: {Reason}")]
    private partial void LogNotTaken(string reason);
}
