namespace LogitLens.Storage.Sqlite;

/// <summary>How much goes into one statement or transaction.</summary>
internal static class Chunks
{
    /// <summary>Ids in one IN list; SQLite takes 32,766 parameters.</summary>
    public const int Ids = 500;

    /// <summary>Analyses deleted in one transaction: about 30 MB of readings, so that a running analysis waits well under a second to commit a layer.</summary>
    public const int DeletedAnalyses = 32;
}
