namespace LogitLens.Storage.Exchange;

/// <summary>What came of reading a table.</summary>
/// <param name="Items">The items in the table's order; empty if it was refused.</param>
/// <param name="Error">Why it was refused, where, and what to do, in a sentence; null if it was read.</param>
public sealed record ItemTableResult(IReadOnlyList<TableItem> Items, string? Error);
