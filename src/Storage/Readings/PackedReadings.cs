namespace LogitLens.Storage.Readings;

/// <summary>All readings of one Done analysis, byte for byte as they were given, whatever of them is kept together with others.</summary>
/// <param name="Summaries">Each segment's summaries, layers ascending, one after another.</param>
/// <param name="Rests">Each layer's rest: prompt layers ascending, then answer layers.</param>
public sealed record PackedReadings(IReadOnlyList<PackedSummary> Summaries, IReadOnlyList<PackedRest> Rests)
{
    /// <summary>Packs whole layers.</summary>
    /// <param name="prompt">At least one layer, ascending.</param>
    /// <param name="answer">The answer segment's layers, ascending, or none.</param>
    /// <exception cref="ArgumentException">A layer does not fit (<see cref="ReadingCodec.Pack"/>).</exception>
    public static PackedReadings From(IEnumerable<LayerArrays> prompt, IEnumerable<LayerArrays> answer, int vocabularySize)
    {
        return Split(prompt.Select(layer => ReadingCodec.Pack(layer, vocabularySize)), answer.Select(layer => ReadingCodec.Pack(layer, vocabularySize)));
    }

    /// <summary>The same from layers that are packed whole.</summary>
    /// <exception cref="InvalidDataException">A layer is no whole packed reading.</exception>
    public static PackedReadings Split(IEnumerable<byte[]> prompt, IEnumerable<byte[]> answer)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(answer);
        var summaries = new List<PackedSummary>();
        var rests = new List<PackedRest>();
        Add(ReadingSegment.Prompt, prompt);
        Add(ReadingSegment.Answer, answer);
        return new PackedReadings(summaries, rests);

        void Add(ReadingSegment segment, IEnumerable<byte[]> layers)
        {
            var tops = new List<byte[]>();
            foreach (var layer in layers)
            {
                var (summary, rest) = ReadingCodec.Split(layer);
                tops.Add(summary);
                rests.Add(new PackedRest(segment, ReadingCodec.ReadLayer(layer), rest));
            }

            if (tops.Count > 0)
            {
                summaries.Add(new PackedSummary(segment, Concatenate(tops)));
            }
        }
    }

    /// <summary>The whole layers of a segment, packed, ascending.</summary>
    /// <exception cref="InvalidDataException">Summaries and rests do not belong together.</exception>
    public IEnumerable<byte[]> Join(ReadingSegment segment)
    {
        var summaries = Summaries.FirstOrDefault(s => s.Segment == segment) is { } packed ? ReadingCodec.Cut(packed.Packed) : [];
        var rests = Rests.Where(r => r.Segment == segment).ToList();
        if (summaries.Count != rests.Count)
        {
            throw new InvalidDataException($"The {segment} segment has {summaries.Count} summaries and {rests.Count} layers.");
        }

        return summaries.Select((summary, place) => ReadingCodec.Join(summary.Span, rests[place].Packed));
    }

    internal static byte[] Concatenate(IReadOnlyList<byte[]> parts)
    {
        var whole = new byte[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(whole, at);
            at += part.Length;
        }

        return whole;
    }
}
