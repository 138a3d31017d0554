using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LogitLens.Storage.Readings;

/// <summary>
/// The one binary form of a layer reading: database blob, HTTP body and the browser's typed arrays.
/// </summary>
/// <remarks>
/// A <em>whole</em> reading holds the ranks 0…k−1. It splits into a <em>summary</em> (rank 0 and the entropies, which is itself a whole reading of k = 1) and
/// a <em>rest</em> (ranks 1…k−1 and the tracked tokens, first rank 1; with k = 1 it has no ranks), and joins again to the same bytes.
/// Little-endian. A 32-byte header, then planes, each starting on a multiple of 4 (the bytes between are 0, so that a layer has one form only):
/// <code>
///  0 u32  magic "LLR1" (bytes 4C 4C 52 31)
///  4 u8   lens          0 logit
///  5 u8   score kind    0 natural log-probability, 1 probability as printed
///  6 u8   id width      2 or 4 bytes (2 where the vocabulary has at most 65,536 ids)
///  7 u8   flags         1 entropy plane present, 2 legacy (norm twice at layer L)
///  8 u16  layer         0 = emb
/// 10 u16  k             ranks kept; 0 only where the first rank is not 0
/// 12 u32  first position
/// 16 u32  positions, P
/// 20 u16  tracked tokens, T
/// 22 u16  first rank    of the ranks kept, 0 = top-1
/// 24 u32  total length in bytes, header included
/// 28 u32  reserved, 0
///    ids              P × k, u16 or u32
///    scores           P × k, IEEE half; as printed: u16 in units of 1/10,000
///    entropies        P, IEEE half, bits (only with flag 1)
///    tracked ids      T, u32
///    tracked scores   P × T, as scores
///    tracked ranks    P × T, u32
/// </code>
/// </remarks>
public static class ReadingCodec
{
    private const int HeaderLength = 32;
    private const uint Magic = 0x31524C4C;
    private const byte FlagEntropy = 1;
    private const byte FlagLegacy = 2;

    /// <summary>Printed probabilities are whole multiples of 1 / this.</summary>
    private const int PrintedUnits = 10_000;

    /// <summary>Packs a layer.</summary>
    /// <param name="arrays">The layer.</param>
    /// <param name="vocabularySize">Decides the width of ids.</param>
    /// <exception cref="ArgumentException">An array's length does not fit the sizes, an id lies outside the vocabulary, or a score is NaN.</exception>
    public static byte[] Pack(LayerArrays arrays, int vocabularySize)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabularySize);
        var shape = Shape.Of(arrays, vocabularySize);
        var packed = new byte[shape.TotalLength()];

        var header = packed.AsSpan(0, HeaderLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        header[4] = (byte)arrays.Lens;
        header[5] = (byte)arrays.Score;
        header[6] = (byte)shape.IdWidth;
        header[7] = (byte)((shape.HasEntropy ? FlagEntropy : 0) | (arrays.Legacy ? FlagLegacy : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], (ushort)arrays.Layer);
        BinaryPrimitives.WriteUInt16LittleEndian(header[10..], (ushort)arrays.TopK);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)arrays.FirstPosition);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)arrays.Positions);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], (ushort)arrays.Tracked.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)arrays.FirstRank);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)packed.Length);

        var rest = packed.AsSpan(HeaderLength);
        if (shape.IdWidth == 2)
        {
            WriteShortIds(Take(ref rest, 2L * arrays.Ids.Length), arrays.Ids, vocabularySize);
        }
        else
        {
            CheckIds(arrays.Ids, vocabularySize);
            WriteInts(Take(ref rest, 4L * arrays.Ids.Length), arrays.Ids);
        }

        WriteScores(Take(ref rest, 2L * arrays.Scores.Length), arrays.Scores, arrays.Score, "scores");
        if (arrays.EntropyBits is { } entropies)
        {
            WriteHalves(Take(ref rest, 2L * entropies.Length), entropies, "entropies");
        }

        CheckIds(arrays.Tracked, vocabularySize);
        WriteInts(Take(ref rest, 4L * arrays.Tracked.Length), arrays.Tracked);
        WriteScores(Take(ref rest, 2L * arrays.TrackedScores.Length), arrays.TrackedScores, arrays.Score, "tracked scores");
        if (arrays.TrackedRanks.AsSpan().ContainsAnyExceptInRange(0, int.MaxValue))
        {
            throw new ArgumentException("A tracked token's rank is negative.", nameof(arrays));
        }

        WriteInts(Take(ref rest, 4L * arrays.TrackedRanks.Length), arrays.TrackedRanks);
        return packed;
    }

    /// <summary>Unpacks a layer.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a packed reading.</exception>
    public static LayerArrays Unpack(ReadOnlySpan<byte> packed)
    {
        // Everything that decides an allocation is checked against the length of the input first.
        var shape = ReadShape(packed);
        var rest = packed[HeaderLength..];
        var count = shape.Positions * shape.TopK;
        var trackedCount = shape.Positions * shape.Tracked;

        var ids = shape.IdWidth == 2 ? ReadShortIds(ref rest, count) : ReadInts(ref rest, count, "An id");
        var kind = (ScoreKind)packed[5];
        var scores = ReadScores(ref rest, count, kind);
        var entropies = shape.HasEntropy ? ReadHalves(ref rest, shape.Positions) : null;
        var tracked = ReadInts(ref rest, shape.Tracked, "A tracked token's id");
        var trackedScores = ReadScores(ref rest, trackedCount, kind);
        var trackedRanks = ReadInts(ref rest, trackedCount, "A tracked token's rank");

        return new LayerArrays(
            BinaryPrimitives.ReadUInt16LittleEndian(packed[8..]),
            (int)BinaryPrimitives.ReadUInt32LittleEndian(packed[12..]),
            (int)shape.Positions,
            (int)shape.TopK,
            ids,
            scores,
            entropies,
            tracked,
            trackedScores,
            trackedRanks,
            (LensKind)packed[4],
            kind,
            (packed[7] & FlagLegacy) != 0,
            BinaryPrimitives.ReadUInt16LittleEndian(packed[22..]));
    }

    /// <summary>Splits a whole reading into its summary and its rest, without looking at a number.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a packed reading, or it does not begin with rank 0.</exception>
    public static (byte[] Summary, byte[] Others) Split(ReadOnlySpan<byte> whole)
    {
        var shape = ReadShape(whole);
        if (shape.FirstRank != 0)
        {
            throw Invalid($"its first rank is {shape.FirstRank}, so it is no whole one to split");
        }

        var top = shape with { TopK = 1, Tracked = 0 };
        var others = shape with { TopK = shape.TopK - 1, FirstRank = 1, HasEntropy = false };
        var summary = new byte[top.TotalLength()];
        var rest = new byte[others.TotalLength()];
        WriteHeader(summary, whole, top);
        WriteHeader(rest, whole, others);
        var from = whole[HeaderLength..];
        var toSummary = summary.AsSpan(HeaderLength);
        var toRest = rest.AsSpan(HeaderLength);
        SplitPlane(ref from, ref toSummary, ref toRest, shape, shape.IdWidth);
        SplitPlane(ref from, ref toSummary, ref toRest, shape, 2);
        var entropies = shape.HasEntropy ? (int)Shape.Aligned(2 * shape.Positions) : 0;
        from[..entropies].CopyTo(toSummary);
        from[entropies..].CopyTo(toRest);
        return (summary, rest);
    }

    /// <summary>Puts a summary and the rest of the same layer together again.</summary>
    /// <exception cref="InvalidDataException">The bytes are not packed readings, or not of one layer.</exception>
    public static byte[] Join(ReadOnlySpan<byte> summary, ReadOnlySpan<byte> rest)
    {
        var top = ReadShape(summary);
        var others = ReadShape(rest);

        // Bytes 8 and 9 are the layer, 12…15 the first position, 4…6 lens, score kind and id width.
        if (top is not { FirstRank: 0, TopK: 1, Tracked: 0 } || others is not { FirstRank: 1, HasEntropy: false } || top.Positions != others.Positions
            || !summary[4..7].SequenceEqual(rest[4..7]) || !summary[8..10].SequenceEqual(rest[8..10]) || !summary[12..16].SequenceEqual(rest[12..16])
            || (summary[7] & FlagLegacy) != (rest[7] & FlagLegacy))
        {
            throw Invalid("a summary and a rest do not belong together");
        }

        var shape = others with { TopK = others.TopK + 1, FirstRank = 0, HasEntropy = top.HasEntropy };
        var whole = new byte[shape.TotalLength()];
        WriteHeader(whole, summary, shape);
        var to = whole.AsSpan(HeaderLength);
        var fromSummary = summary[HeaderLength..];
        var fromRest = rest[HeaderLength..];
        JoinPlane(ref to, ref fromSummary, ref fromRest, shape, shape.IdWidth);
        JoinPlane(ref to, ref fromSummary, ref fromRest, shape, 2);
        fromSummary.CopyTo(to);
        fromRest.CopyTo(to[fromSummary.Length..]);
        return whole;
    }

    /// <summary>Cuts any reading in two after some positions, without looking at a number; each half is a packed reading of its own.</summary>
    /// <param name="count">Positions of the first half: at least one, and at least one is left for the second.</param>
    /// <exception cref="ArgumentOutOfRangeException">A half would be empty.</exception>
    /// <exception cref="InvalidDataException">The bytes are not a packed reading.</exception>
    internal static (byte[] Start, byte[] End) SplitPositions(ReadOnlySpan<byte> packed, int count)
    {
        var shape = ReadShape(packed);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, shape.Positions);
        return (TakePositions(packed, shape, 0, count), TakePositions(packed, shape, count, shape.Positions - count));
    }

    /// <summary>Puts two halves together again that <see cref="SplitPositions"/> made: the same bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes are not packed readings, or no neighbouring stretches of one layer.</exception>
    internal static byte[] JoinPositions(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end)
    {
        var first = ReadShape(start);
        var second = ReadShape(end);
        var (from, count) = ReadPositions(start);

        // Bytes 4…9 are lens, score kind, id width, flags and layer.
        if (first with { Positions = second.Positions } != second || !start[4..10].SequenceEqual(end[4..10]) || ReadPositions(end).First != from + count)
        {
            throw Invalid("two stretches of positions do not belong together");
        }

        var shape = first with { Positions = first.Positions + second.Positions };
        var whole = new byte[shape.TotalLength()];
        WriteHeader(whole, start, shape);
        var to = whole.AsSpan(HeaderLength);
        var fromStart = start[HeaderLength..];
        var fromEnd = end[HeaderLength..];
        for (var plane = 0; plane < Shape.Planes; plane++)
        {
            var width = shape.WidthOf(plane);
            if (plane == Shape.TrackedIds)
            {
                var ids = Take(ref fromStart, width);
                if (!ids.SequenceEqual(Take(ref fromEnd, width)))
                {
                    throw Invalid("two stretches of positions track other tokens");
                }

                ids.CopyTo(Take(ref to, width));
                continue;
            }

            var both = Take(ref to, shape.Positions * width);
            Take(ref fromStart, first.Positions * width).CopyTo(both);
            Take(ref fromEnd, second.Positions * width).CopyTo(both[(int)(first.Positions * width)..]);
        }

        return whole;
    }

    /// <summary>Whether it is a rest in which nothing is left: what <see cref="WithoutRanks"/> makes.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a packed reading.</exception>
    internal static bool IsWithoutRanks(ReadOnlySpan<byte> packed) => ReadShape(packed) is { FirstRank: 1, TopK: 0, Tracked: 0 };

    /// <summary>A rest in which no rank and no tracked token is left: joined with its summary it is a whole reading of k = 1.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a packed rest.</exception>
    internal static byte[] WithoutRanks(ReadOnlySpan<byte> rest)
    {
        var shape = ReadShape(rest);
        if (shape.FirstRank != 1)
        {
            throw Invalid($"its first rank is {shape.FirstRank}, so it is no rest");
        }

        var none = shape with { TopK = 0, Tracked = 0 };
        var packed = new byte[none.TotalLength()];
        WriteHeader(packed, rest, none);
        return packed;
    }

    /// <summary>Cuts readings that stand one after another apart.</summary>
    /// <exception cref="InvalidDataException">The bytes are not packed readings.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Cut(ReadOnlyMemory<byte> readings)
    {
        var cut = new List<ReadOnlyMemory<byte>>();
        while (readings.Length > 0)
        {
            if (readings.Length < HeaderLength)
            {
                throw Invalid($"{readings.Length} bytes are less than its header of {HeaderLength}");
            }

            var length = BinaryPrimitives.ReadUInt32LittleEndian(readings.Span[24..]);
            if (length < HeaderLength || length > readings.Length)
            {
                throw Invalid($"its header asks for {length} bytes and there are {readings.Length}");
            }

            var one = readings[..(int)length];
            _ = ReadShape(one.Span);
            cut.Add(one);
            readings = readings[(int)length..];
        }

        return cut;
    }

    /// <summary>The layer a packed reading is of; checks the header and the length, not the planes.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a packed reading.</exception>
    public static int ReadLayer(ReadOnlySpan<byte> packed)
    {
        _ = ReadShape(packed);
        return BinaryPrimitives.ReadUInt16LittleEndian(packed[8..]);
    }

    /// <summary>The positions a packed reading covers; checks the header and the length, not the planes.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a packed reading.</exception>
    public static (int First, int Count) ReadPositions(ReadOnlySpan<byte> packed)
    {
        var shape = ReadShape(packed);
        return ((int)BinaryPrimitives.ReadUInt32LittleEndian(packed[12..]), (int)shape.Positions);
    }

    private static Shape ReadShape(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < HeaderLength)
        {
            throw Invalid($"{packed.Length} bytes are less than its header of {HeaderLength}");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(packed) != Magic)
        {
            throw Invalid("it does not begin with LLR1");
        }

        if (packed[4] != (byte)LensKind.Logit || packed[5] > (byte)ScoreKind.PrintedProbability)
        {
            throw Invalid($"lens {packed[4]} with scores {packed[5]} is unknown");
        }

        if (packed[6] is not (2 or 4))
        {
            throw Invalid($"ids of {packed[6]} bytes are unknown");
        }

        if ((packed[7] & ~(FlagEntropy | FlagLegacy)) != 0)
        {
            throw Invalid($"flags {packed[7]} are unknown");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(packed[28..]) != 0)
        {
            throw Invalid("a reserved field is not 0");
        }

        var first = BinaryPrimitives.ReadUInt32LittleEndian(packed[12..]);
        var shape = new Shape(
            BinaryPrimitives.ReadUInt32LittleEndian(packed[16..]),
            BinaryPrimitives.ReadUInt16LittleEndian(packed[10..]),
            BinaryPrimitives.ReadUInt16LittleEndian(packed[20..]),
            packed[6],
            (packed[7] & FlagEntropy) != 0,
            BinaryPrimitives.ReadUInt16LittleEndian(packed[22..]));
        if (shape.Positions == 0 || (shape.TopK == 0 && shape.FirstRank == 0) || first + shape.Positions > int.MaxValue)
        {
            throw Invalid($"{shape.Positions} positions from {first} on with {shape.TopK} tokens each are out of range");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(packed[24..]) != packed.Length || shape.TotalLength() != packed.Length)
        {
            throw Invalid($"its header asks for {shape.TotalLength()} bytes and there are {packed.Length}");
        }

        return shape;
    }

    /// <summary>The header of a reading made from another one: the same lens, layer and first position in another shape.</summary>
    private static void WriteHeader(Span<byte> packed, ReadOnlySpan<byte> like, Shape shape)
    {
        like[..HeaderLength].CopyTo(packed);
        packed[7] = (byte)((like[7] & FlagLegacy) | (shape.HasEntropy ? FlagEntropy : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(packed[10..], (ushort)shape.TopK);
        BinaryPrimitives.WriteUInt32LittleEndian(packed[16..], (uint)shape.Positions);
        BinaryPrimitives.WriteUInt16LittleEndian(packed[20..], (ushort)shape.Tracked);
        BinaryPrimitives.WriteUInt16LittleEndian(packed[22..], (ushort)shape.FirstRank);
        BinaryPrimitives.WriteUInt32LittleEndian(packed[24..], (uint)packed.Length);
    }

    private static byte[] TakePositions(ReadOnlySpan<byte> whole, Shape shape, long first, long count)
    {
        var part = shape with { Positions = count };
        var packed = new byte[part.TotalLength()];
        WriteHeader(packed, whole, part);
        BinaryPrimitives.WriteUInt32LittleEndian(packed.AsSpan(12), (uint)(ReadPositions(whole).First + first));
        var from = whole[HeaderLength..];
        var to = packed.AsSpan(HeaderLength);
        for (var plane = 0; plane < Shape.Planes; plane++)
        {
            var width = shape.WidthOf(plane);
            if (plane == Shape.TrackedIds)
            {
                Take(ref from, width).CopyTo(Take(ref to, width));
            }
            else
            {
                Take(ref from, shape.Positions * width).Slice((int)(first * width), (int)(count * width)).CopyTo(Take(ref to, count * width));
            }
        }

        return packed;
    }

    private static void SplitPlane(ref ReadOnlySpan<byte> from, ref Span<byte> toSummary, ref Span<byte> toRest, Shape whole, int width)
    {
        var row = (int)whole.TopK * width;
        var plane = Take(ref from, whole.Positions * row);
        var top = Take(ref toSummary, whole.Positions * width);
        var others = Take(ref toRest, whole.Positions * (row - width));
        for (var position = 0; position < (int)whole.Positions; position++)
        {
            var ranks = plane.Slice(position * row, row);
            ranks[..width].CopyTo(top[(position * width)..]);
            ranks[width..].CopyTo(others[(position * (row - width))..]);
        }
    }

    private static void JoinPlane(ref Span<byte> to, ref ReadOnlySpan<byte> fromSummary, ref ReadOnlySpan<byte> fromRest, Shape whole, int width)
    {
        var row = (int)whole.TopK * width;
        var plane = Take(ref to, whole.Positions * row);
        var top = Take(ref fromSummary, whole.Positions * width);
        var others = Take(ref fromRest, whole.Positions * (row - width));
        for (var position = 0; position < (int)whole.Positions; position++)
        {
            var ranks = plane.Slice(position * row, row);
            top.Slice(position * width, width).CopyTo(ranks);
            others.Slice(position * (row - width), row - width).CopyTo(ranks[width..]);
        }
    }

    private static void WriteScores(Span<byte> plane, ReadOnlySpan<float> values, ScoreKind kind, string name)
    {
        if (kind == ScoreKind.LogProbability)
        {
            WriteHalves(plane, values, name);
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is not (>= 0 and <= 1))
            {
                throw new ArgumentException($"The {name} hold {values[i]}, which is no probability (value {i}).", nameof(values));
            }

            BinaryPrimitives.WriteUInt16LittleEndian(plane[(2 * i)..], (ushort)Math.Round((double)values[i] * PrintedUnits));
        }
    }

    private static float[] ReadScores(ref ReadOnlySpan<byte> rest, long count, ScoreKind kind)
    {
        if (kind == ScoreKind.LogProbability)
        {
            return ReadHalves(ref rest, count);
        }

        var plane = Take(ref rest, 2 * count);
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            var units = BinaryPrimitives.ReadUInt16LittleEndian(plane[(2 * i)..]);
            values[i] = units <= PrintedUnits ? units / (float)PrintedUnits : throw Invalid("a printed probability is over 1");
        }

        return values;
    }

    private static void WriteShortIds(Span<byte> plane, ReadOnlySpan<int> ids, int vocabularySize)
    {
        CheckIds(ids, vocabularySize);
        for (var i = 0; i < ids.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(plane[(2 * i)..], (ushort)ids[i]);
        }
    }

    private static void CheckIds(ReadOnlySpan<int> ids, int vocabularySize)
    {
        if (ids.ContainsAnyExceptInRange(0, vocabularySize - 1))
        {
            throw new ArgumentException($"An id lies outside the vocabulary of {vocabularySize}.", nameof(ids));
        }
    }

    private static void WriteInts(Span<byte> plane, ReadOnlySpan<int> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values).CopyTo(plane);
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(plane[(4 * i)..], values[i]);
        }
    }

    // A plain loop: a whole layer packs in well under a millisecond (docs/adr/0001), so vectors by hand would gain nothing that anybody sees.
    private static void WriteHalves(Span<byte> plane, ReadOnlySpan<float> values, string name)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i]))
            {
                throw new ArgumentException($"The {name} hold NaN (value {i}).", nameof(values));
            }

            BinaryPrimitives.WriteHalfLittleEndian(plane[(2 * i)..], (Half)values[i]);
        }
    }

    private static int[] ReadShortIds(ref ReadOnlySpan<byte> rest, long count)
    {
        var plane = Take(ref rest, 2 * count);
        var ids = new int[count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = BinaryPrimitives.ReadUInt16LittleEndian(plane[(2 * i)..]);
        }

        return ids;
    }

    private static int[] ReadInts(ref ReadOnlySpan<byte> rest, long count, string name)
    {
        var plane = Take(ref rest, 4 * count);
        var values = new int[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt32LittleEndian(plane[(4 * i)..]);
        }

        if (values.AsSpan().ContainsAnyExceptInRange(0, int.MaxValue))
        {
            throw Invalid($"{name} is over {int.MaxValue}");
        }

        return values;
    }

    private static float[] ReadHalves(ref ReadOnlySpan<byte> rest, long count)
    {
        var plane = Take(ref rest, 2 * count);
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = BinaryPrimitives.ReadHalfLittleEndian(plane[(2 * i)..]);
            if (Half.IsNaN(value))
            {
                throw Invalid("a number is NaN");
            }

            values[i] = (float)value;
        }

        return values;
    }

    private static Span<byte> Take(ref Span<byte> rest, long length)
    {
        var plane = rest[..(int)length];
        rest = rest[(int)Shape.Aligned(length)..];
        return plane;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, long length)
    {
        var plane = rest[..(int)length];
        if (rest[(int)length..(int)Shape.Aligned(length)].ContainsAnyExcept((byte)0))
        {
            throw Invalid("a byte between two planes is not 0");
        }

        rest = rest[(int)Shape.Aligned(length)..];
        return plane;
    }

    private static InvalidDataException Invalid(string why) => new($"Not a packed layer reading: {why}.");

    /// <summary>What decides the length. Fields are wide so that hostile sizes cannot wrap around: P × k × 4 stays below 2^50.</summary>
    private readonly record struct Shape(long Positions, long TopK, long Tracked, int IdWidth, bool HasEntropy, int FirstRank)
    {
        public static Shape Of(LayerArrays arrays, int vocabularySize)
        {
            if (arrays.Lens != LensKind.Logit || arrays.Score is not (ScoreKind.LogProbability or ScoreKind.PrintedProbability))
            {
                throw new ArgumentException($"Lens {arrays.Lens} with scores {arrays.Score} is unknown.", nameof(arrays));
            }

            if (arrays.Layer is < 0 or > ushort.MaxValue || arrays.TopK is < 0 or > ushort.MaxValue || arrays.FirstRank is < 0 or > ushort.MaxValue
                || (arrays.TopK == 0 && arrays.FirstRank == 0) || arrays.Tracked.Length > ushort.MaxValue
                || arrays.Positions < 1 || arrays.FirstPosition < 0 || (long)arrays.FirstPosition + arrays.Positions > int.MaxValue)
            {
                throw new ArgumentException(
                    $"Layer {arrays.Layer}, {arrays.Positions} positions from {arrays.FirstPosition} on, {arrays.TopK} tokens each from rank {arrays.FirstRank} on, "
                    + $"{arrays.Tracked.Length} tracked: out of range.",
                    nameof(arrays));
            }

            var shape = new Shape(arrays.Positions, arrays.TopK, arrays.Tracked.Length, vocabularySize <= 65_536 ? 2 : 4, arrays.EntropyBits is not null, arrays.FirstRank);
            var count = shape.Positions * shape.TopK;
            var trackedCount = shape.Positions * shape.Tracked;
            if (arrays.Ids.Length != count || arrays.Scores.Length != count || (arrays.EntropyBits?.Length ?? shape.Positions) != shape.Positions
                || arrays.TrackedScores.Length != trackedCount || arrays.TrackedRanks.Length != trackedCount)
            {
                throw new ArgumentException("An array's length does not fit the positions, top-k and tracked tokens.", nameof(arrays));
            }

            if (shape.TotalLength() > Array.MaxLength)
            {
                throw new ArgumentException($"{shape.TotalLength()} bytes are too many for one layer.", nameof(arrays));
            }

            return shape;
        }

        public const int Planes = 6;

        /// <summary>The one plane that does not go by position.</summary>
        public const int TrackedIds = 3;

        /// <summary>A plane's bytes for each position, in the order of the planes; all bytes of <see cref="TrackedIds"/>.</summary>
        public long WidthOf(int plane) => plane switch
        {
            0 => TopK * IdWidth,
            1 => TopK * 2,
            2 => HasEntropy ? 2 : 0,
            TrackedIds => Tracked * 4,
            4 => Tracked * 2,
            _ => Tracked * 4,
        };

        public static long Aligned(long length) => (length + 3) & ~3L;

        public long TotalLength() => HeaderLength
            + Aligned(Positions * TopK * IdWidth)
            + Aligned(Positions * TopK * 2)
            + (HasEntropy ? Aligned(Positions * 2) : 0)
            + (Tracked * 4)
            + Aligned(Positions * Tracked * 2)
            + (Positions * Tracked * 4);
    }
}
