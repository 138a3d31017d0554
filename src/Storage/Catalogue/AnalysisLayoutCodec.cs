using System.IO.Compression;

namespace LogitLens.Storage.Catalogue;

/// <summary>
/// A layout as kept in the database: a version byte, then, deflated, the sizes and one column after another (ids, kinds, which of the optional fields are
/// there, tiles, rows, columns, rectangles). Neighbouring patches differ little, so columns shrink to a tenth.
/// </summary>
internal static class AnalysisLayoutCodec
{
    private const byte Version = 1;
    private const byte HasTile = 1;
    private const byte HasRow = 2;
    private const byte HasColumn = 4;
    private const byte HasPixels = 8;

    public static byte[] Pack(AnalysisLayout layout)
    {
        using var packed = new MemoryStream();
        packed.WriteByte(Version);
        using (var writer = new BinaryWriter(new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)))
        {
            writer.Write(layout.OriginalWidth);
            writer.Write(layout.OriginalHeight);
            Write(writer, layout.Seen);
            writer.Write(layout.Positions.Count);
            Each(layout, p => writer.Write(p.Id));
            Each(layout, p => writer.Write(p.Kind));
            Each(layout, p => writer.Write((byte)((p.Tile is null ? 0 : HasTile) | (p.Row is null ? 0 : HasRow)
                | (p.Column is null ? 0 : HasColumn) | (p.Pixels is null ? 0 : HasPixels))));
            Each(layout, p => WriteIfAny(writer, p.Tile));
            Each(layout, p => WriteIfAny(writer, p.Row));
            Each(layout, p => WriteIfAny(writer, p.Column));
            Each(layout, p =>
            {
                if (p.Pixels is { } pixels)
                {
                    Write(writer, pixels);
                }
            });
        }

        return packed.ToArray();
    }

    public static AnalysisLayout Unpack(byte[] packed)
    {
        if (packed.Length == 0 || packed[0] != Version)
        {
            throw new InvalidDataException($"A layout of version {(packed.Length == 0 ? "none" : packed[0])} cannot be read; this program reads version {Version}.");
        }

        using var reader = new BinaryReader(new ZLibStream(new MemoryStream(packed, 1, packed.Length - 1), CompressionMode.Decompress));
        var width = reader.ReadInt32();
        var height = reader.ReadInt32();
        var seen = ReadBox(reader);
        var positions = new LayoutPosition[reader.ReadInt32()];
        Fill(positions, (p, _) => p with { Id = reader.ReadInt32() });
        Fill(positions, (p, _) => p with { Kind = reader.ReadByte() });
        var fields = reader.ReadBytes(positions.Length);
        Fill(positions, (p, i) => (fields[i] & HasTile) == 0 ? p : p with { Tile = reader.ReadInt32() });
        Fill(positions, (p, i) => (fields[i] & HasRow) == 0 ? p : p with { Row = reader.ReadInt32() });
        Fill(positions, (p, i) => (fields[i] & HasColumn) == 0 ? p : p with { Column = reader.ReadInt32() });
        Fill(positions, (p, i) => (fields[i] & HasPixels) == 0 ? p : p with { Pixels = ReadBox(reader) });
        return new AnalysisLayout(width, height, seen, positions);
    }

    private static void Each(AnalysisLayout layout, Action<LayoutPosition> write)
    {
        foreach (var position in layout.Positions)
        {
            write(position);
        }
    }

    private static void Fill(LayoutPosition[] positions, Func<LayoutPosition, int, LayoutPosition> read)
    {
        for (var i = 0; i < positions.Length; i++)
        {
            positions[i] = read(positions[i], i);
        }
    }

    private static void WriteIfAny(BinaryWriter writer, int? value)
    {
        if (value is { } number)
        {
            writer.Write(number);
        }
    }

    private static void Write(BinaryWriter writer, PixelBox box)
    {
        writer.Write(box.X);
        writer.Write(box.Y);
        writer.Write(box.Width);
        writer.Write(box.Height);
    }

    private static PixelBox ReadBox(BinaryReader reader) => new(reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
}
