namespace LogitLens.Storage.Tokens;

/// <summary>In which order occurrences come.</summary>
public enum OccurrenceOrder : byte
{
    /// <summary>The greatest probability first.</summary>
    Best = 0,

    /// <summary>The analysis queued last first.</summary>
    Newest = 1,
}
