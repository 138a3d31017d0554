namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>The bytes of a <see cref="LayerTally"/>, of packed numbers (<see cref="PackedWriter"/>).</summary>
/// <remarks>
/// <code>
/// version (1 byte, 1)
/// for each group: patches, text, answer
///   how many tokens; for each, ascending by id: its distance to the one before (the first: its id), its count
/// how many grids; for each, by tile, rows, columns
///   tile, rows, columns
///   for each column (count, sum of confidences, entropies counted, their sum, filler, best, best and filler): a number for each cell
/// </code>
/// </remarks>
internal static class LayerTallyCodec
{
    private const byte Version = 1;

    // A grid is a few thousand cells at most; this only keeps damaged bytes from asking for all memory.
    private const int MostSide = 4096;

    public static byte[] Pack(LayerTally tally)
    {
        var writer = new PackedWriter();
        writer.Byte(Version);
        foreach (var group in Enum.GetValues<PositionGroup>())
        {
            var tokens = tally.Tokens(group);
            writer.Number(tokens.Count);
            var before = 0;
            foreach (var id in tokens.Keys.Order())
            {
                writer.Number(id - before);
                writer.Number(tokens[id]);
                before = id;
            }
        }

        writer.Number(tally.Grids.Count);
        foreach (var (shape, grid) in tally.Grids.OrderBy(g => g.Key))
        {
            writer.Number(shape.Tile);
            writer.Number(shape.Rows);
            writer.Number(shape.Columns);
            foreach (var column in grid.Columns)
            {
                foreach (var cell in column)
                {
                    writer.Number(cell);
                }
            }
        }

        return writer.ToArray();
    }

    /// <summary>Adds packed tallies to those at hand.</summary>
    /// <exception cref="InvalidDataException">The bytes are no packed tallies, or of another version.</exception>
    public static void AddTo(LayerTally sum, ReadOnlySpan<byte> packed)
    {
        var reader = new PackedReader(packed);
        if (reader.Byte() is var version && version != Version)
        {
            throw new InvalidDataException($"Tallies of version {version} cannot be read; this program reads version {Version}.");
        }

        for (var group = 0; group < 3; group++)
        {
            var left = reader.Below(int.MaxValue);
            sum.Reserve(group, Math.Min(left, packed.Length));
            for (var id = 0; left > 0; left--)
            {
                id += reader.Below(int.MaxValue - id);
                sum.AddToken(group, id, reader.Count());
            }
        }

        for (var left = reader.Below(short.MaxValue); left > 0; left--)
        {
            var grid = sum.At(new GridShape(reader.Below(short.MaxValue), reader.Below(MostSide), reader.Below(MostSide)));
            foreach (var column in grid.Columns)
            {
                for (var cell = 0; cell < column.Length; cell++)
                {
                    column[cell] += reader.Count();
                }
            }
        }

        reader.RequireEnd();
    }
}
