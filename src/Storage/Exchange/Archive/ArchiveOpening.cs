namespace LogitLens.Storage.Exchange.Archive;

/// <summary>What came of opening an archive.</summary>
/// <param name="Reader">To import it, and to be disposed; null if it was refused.</param>
/// <param name="Error">Why it was refused and what to do, in a sentence; null if it was opened.</param>
public sealed record ArchiveOpening(ArchiveReader? Reader, string? Error);
