namespace LogitLens.Storage.Exchange.Import;

/// <summary>An import in a list.</summary>
/// <param name="Checkpoint">The checkpoint as it was named; null where none was.</param>
/// <param name="IsClosed">No more files come.</param>
/// <param name="Total">Files that came or are to come.</param>
/// <param name="Error">Why it ended early, in a sentence.</param>
public sealed record ImportJobRow(
    ImportJobId Id,
    string Name,
    string? Checkpoint,
    ImportJobState State,
    bool IsClosed,
    int Total,
    int Imported,
    int AlreadyHere,
    int Failed,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt)
{
    /// <summary>Files dealt with.</summary>
    public int Finished => Imported + AlreadyHere + Failed;
}
