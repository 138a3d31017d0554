namespace LogitLens.Storage.Exchange.Import;

/// <summary>What became of a file.</summary>
public enum ImportFileState : byte
{
    /// <summary>It has arrived and was not looked at yet.</summary>
    Waiting = 0,

    /// <summary>It is in the database now.</summary>
    Imported = 1,

    /// <summary>It was in the database before; nothing changed.</summary>
    AlreadyHere = 2,

    /// <summary>It cannot be imported.</summary>
    Failed = 3,

    /// <summary>The import was stopped before it.</summary>
    Cancelled = 4,
}
