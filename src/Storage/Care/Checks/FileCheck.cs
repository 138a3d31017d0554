namespace LogitLens.Storage.Care.Checks;

/// <summary>The file's pages and the references between its tables, by SQLite itself.</summary>
internal static class FileCheck
{
    private const string Restore = "Stop LogitLens, keep a copy of the file, and restore a backup.";

    public static void Run(CheckContext check)
    {
        check.Report("checking the file");
        using (var reader = check.Query($"PRAGMA integrity_check({CheckReport.MostOfAKind})"))
        {
            while (reader.Read())
            {
                if (reader.GetString(0) is var line and not "ok")
                {
                    check.Add(new CheckFinding(CheckKind.File, $"The database file is damaged: {line.TrimEnd('.')}.", Restore));
                }
            }
        }

        using var references = check.Query("PRAGMA foreign_key_check");
        while (references.Read())
        {
            check.Add(new CheckFinding(
                CheckKind.File,
                $"A row of {references.GetString(0)} (rowid {(references.IsDBNull(1) ? "unknown" : references.GetValue(1))}) refers to a row of {references.GetString(2)} that is not there.",
                Restore));
        }
    }
}
