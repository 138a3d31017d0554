namespace LogitLens.Storage.Exchange.Documents;

/// <summary>What came of reading a document.</summary>
/// <param name="Document">The document; null if it was refused.</param>
/// <param name="Error">Why it was refused and what to do, in a sentence; null if it was read.</param>
public sealed record DocumentReading(ReadingsDocument? Document, string? Error);
