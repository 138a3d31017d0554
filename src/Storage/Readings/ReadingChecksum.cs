using System.IO.Hashing;

namespace LogitLens.Storage.Readings;

/// <summary>Tells whether packed bytes are still those that were written: SQLite itself does not look at what a blob says.</summary>
internal static class ReadingChecksum
{
    /// <summary>
    /// The low 32 bits of XXH3, signed: one damage in four billion is missed, and a layer costs microseconds. It is no defence against forgery.
    /// </summary>
    /// <remarks>SQLite keeps it in 4 bytes. With 8, the rests of 593 positions at k = 5 no longer lie three to a page, and an analysis takes 5 % more.</remarks>
    public static long Of(ReadOnlySpan<byte> packed) => unchecked((int)XxHash3.HashToUInt64(packed));
}
