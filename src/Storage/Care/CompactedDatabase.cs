namespace LogitLens.Storage.Care;

/// <summary>What compacting did.</summary>
/// <param name="BytesBefore">Of the file and its write-ahead log.</param>
/// <param name="BytesAfter">The same afterwards.</param>
public sealed record CompactedDatabase(long BytesBefore, long BytesAfter, DateTimeOffset CompactedAt, TimeSpan Took);
