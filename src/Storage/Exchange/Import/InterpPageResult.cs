namespace LogitLens.Storage.Exchange.Import;

/// <summary>What came of reading a page.</summary>
/// <param name="Page">The page; null if it was refused.</param>
/// <param name="Error">Why it was refused, where, and what to do, in a sentence; null if it was read.</param>
public sealed record InterpPageResult(InterpPage? Page, string? Error);
