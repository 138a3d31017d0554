using System.IO.Hashing;

namespace LogitLens.Storage.Readings;

/// <summary>Tells whether packed bytes are still those that were written: SQLite itself does not look at what a blob says.</summary>
internal static class ReadingChecksum
{
    /// <summary>XXH3 of 64 bits: damage is found, and a layer costs microseconds. It is no defence against forgery.</summary>
    public static long Of(ReadOnlySpan<byte> packed) => unchecked((long)XxHash3.HashToUInt64(packed));
}
