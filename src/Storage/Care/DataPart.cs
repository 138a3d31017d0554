namespace LogitLens.Storage.Care;

/// <summary>One kind of data.</summary>
/// <param name="Count">How many things there are; null where nobody counts them.</param>
public sealed record DataPart(DataKind Kind, long Bytes, long? Count);
