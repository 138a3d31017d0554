namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>The bytes of an <see cref="Aggregate"/>: a few kilobytes for an analysis, of packed numbers (<see cref="PackedWriter"/>).</summary>
/// <remarks>
/// <code>
/// version (1 byte, 1)
/// for each group: patches, text, answer
///   how many layers
///   for each layer, ascending
///     its distance to the one before (the first: its number)
///     confidence: which bins are occupied (a bit each), the count of each of those, the sum in units of 2^-24
///     entropy: the same, the sum in units of 2^-20; no bin where there is none
///     positions whose best layer it is, those of them that are filler
///     positions that are filler
///     positions compared with layer L, those of them that agree
///     which scripts occur (a bit each), the count of each of those
/// </code>
/// Not deflated: over 10,000 analyses inflating would take longer than everything else, and deflated they are a quarter smaller only.
/// </remarks>
internal static class AggregateCodec
{
    private const byte Version = 1;
    private const int MostLayers = ushort.MaxValue + 1;

    public static byte[] Pack(Aggregate aggregate)
    {
        var writer = new PackedWriter();
        writer.Byte(Version);
        foreach (var group in Enum.GetValues<PositionGroup>())
        {
            var layers = aggregate.Layers(group);
            writer.Number(layers.Count);
            var before = 0;
            foreach (var (layer, counts) in layers)
            {
                writer.Number(layer - before);
                before = layer;
                Write(writer, counts.Confidence);
                Write(writer, counts.Entropy);
                writer.Number(counts.Best);
                writer.Number(counts.BestFiller);
                writer.Number(counts.Filler);
                writer.Number(counts.Compared);
                writer.Number(counts.Agreeing);
                WriteSparse(writer, counts.Scripts);
            }
        }

        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no packed aggregate, or of another version.</exception>
    public static Aggregate Unpack(ReadOnlySpan<byte> packed)
    {
        var aggregate = new Aggregate();
        AddTo(aggregate, packed);
        return aggregate;
    }

    /// <summary>Adds a packed aggregate to one at hand: the way sums over thousands of analyses are formed.</summary>
    /// <exception cref="InvalidDataException">The bytes are no packed aggregate, or of another version.</exception>
    public static void AddTo(Aggregate sum, ReadOnlySpan<byte> packed)
    {
        var reader = new PackedReader(packed);
        if (reader.Byte() is var version && version != Version)
        {
            throw new InvalidDataException($"An aggregate of version {version} cannot be read; this program reads version {Version}.");
        }

        for (var group = PositionGroup.Patches; group <= PositionGroup.Answer; group++)
        {
            var left = reader.Below(MostLayers + 1);
            for (var layer = 0; left > 0; left--)
            {
                layer += reader.Below(MostLayers - layer);
                var counts = sum.At(group, layer);
                Read(ref reader, counts.Confidence);
                Read(ref reader, counts.Entropy);
                counts.Best += reader.Count();
                counts.BestFiller += reader.Count();
                counts.Filler += reader.Count();
                counts.Compared += reader.Count();
                counts.Agreeing += reader.Count();
                ReadSparse(ref reader, counts.Scripts);
            }
        }

        reader.RequireEnd();
    }

    private static void Write(PackedWriter writer, Histogram histogram)
    {
        WriteSparse(writer, histogram.Counts);
        if (histogram.Count > 0)
        {
            writer.Number(histogram.Units);
        }
    }

    private static void Read(ref PackedReader reader, Histogram histogram)
    {
        var mask = reader.Number();
        if (mask == 0)
        {
            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            histogram.AddCounted(System.Numerics.BitOperations.TrailingZeroCount(mask), reader.Count());
        }

        histogram.AddUnits(reader.Count());
    }

    private static void WriteSparse(PackedWriter writer, ReadOnlySpan<long> counts)
    {
        var mask = 0UL;
        for (var i = 0; i < counts.Length; i++)
        {
            mask |= counts[i] == 0 ? 0 : 1UL << i;
        }

        writer.Number(mask);
        foreach (var count in counts)
        {
            if (count != 0)
            {
                writer.Number(count);
            }
        }
    }

    private static void ReadSparse(ref PackedReader reader, long[] counts)
    {
        for (var mask = reader.Number(); mask != 0; mask &= mask - 1)
        {
            var place = System.Numerics.BitOperations.TrailingZeroCount(mask);
            counts[place < counts.Length ? place : throw new InvalidDataException($"Script {place} is unknown.")] += reader.Count();
        }
    }
}
