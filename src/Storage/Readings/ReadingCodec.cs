namespace LogitLens.Storage.Readings;

/// <summary>
/// The one binary form of a layer reading: database blob, HTTP body and the browser's typed arrays.
/// </summary>
/// <remarks>
/// Little-endian. A 32-byte header, then planes, each starting on a multiple of 4:
/// <code>
///  0 u32  magic "LLR1" (bytes 4C 4C 52 31)
///  4 u8   lens          0 logit
///  5 u8   score kind    0 natural log-probability
///  6 u8   id width      2 or 4 bytes (2 where the vocabulary has at most 65,536 ids)
///  7 u8   flags         1 entropy plane present, 2 legacy (norm twice at layer L)
///  8 u16  layer         0 = emb
/// 10 u16  k
/// 12 u32  first position
/// 16 u32  positions, P
/// 20 u16  tracked tokens, T
/// 22 u16  reserved, 0
/// 24 u32  total length in bytes, header included
/// 28 u32  reserved, 0
///    ids              P × k, u16 or u32
///    scores           P × k, IEEE half
///    entropies        P, IEEE half, bits (only with flag 1)
///    tracked ids      T, u32
///    tracked scores   P × T, IEEE half
///    tracked ranks    P × T, u32
/// </code>
/// </remarks>
public static class ReadingCodec
{
    /// <summary>Packs a layer.</summary>
    /// <param name="arrays">The layer.</param>
    /// <param name="vocabularySize">Decides the width of ids.</param>
    public static byte[] Pack(LayerArrays arrays, int vocabularySize) => throw new NotImplementedException();

    /// <summary>Unpacks a layer.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a packed reading.</exception>
    public static LayerArrays Unpack(ReadOnlySpan<byte> packed) => throw new NotImplementedException();
}
