using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Sqlite;

/// <summary>Turns SQLite's failures that a person can do something about into a sentence.</summary>
internal static class SqliteFailure
{
    /// <summary>What happened, where, and what to do; null for everything that is a bug of ours.</summary>
    public static string? Explain(Exception exception, DatabaseFile file)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is SqliteException sqlite)
            {
                return Explain(sqlite.SqliteErrorCode, file);
            }
        }

        return null;
    }

    // Result codes: https://sqlite.org/rescode.html
    private static string? Explain(int code, DatabaseFile file) => code switch
    {
        5 or 6 => $"Another program has been writing to {file.Path} for over {DatabaseFile.BusyTimeout.TotalSeconds:0} seconds, so nothing was "
            + "written; close the other program and try again.",
        8 => $"{file.Path} cannot be written, so nothing was changed; make the file and its folder writable for this user, or choose another data folder.",
        10 => $"The disk that holds {file.Path} failed to read or write, so nothing was changed; check the disk and its free space, then try again.",
        11 => $"{file.Path} is damaged; stop LogitLens, keep a copy of the file and restore a backup, or move it away to start an empty database.",
        13 => $"There is no space left for {file.Path}, so the last change was not written; free space on that disk or delete runs, then try again.",
        14 => $"{file.Path} cannot be opened; check that the file exists and that this user may write it and its folder, or choose another data folder.",
        26 => NotADatabase(file),
        _ => null,
    };

    public static string NotADatabase(DatabaseFile file) =>
        $"{file.Path} is not a SQLite database and was left as it is; move it away or choose another data folder.";
}
