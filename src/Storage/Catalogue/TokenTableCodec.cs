using System.IO.Compression;

namespace LogitLens.Storage.Catalogue;

/// <summary>
/// A token table as kept in the database: a version byte, then, deflated, the count and each token's id, kind, piece, text and display text (strings
/// with their length before them, UTF-8). 32,000 rows of a table nobody searches by row would be 32,000 inserts and as many index entries.
/// </summary>
internal static class TokenTableCodec
{
    private const byte Version = 1;

    public static byte[] Pack(IReadOnlyList<TokenRow> tokens)
    {
        using var packed = new MemoryStream();
        packed.WriteByte(Version);
        using (var writer = new BinaryWriter(new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)))
        {
            writer.Write(tokens.Count);
            foreach (var token in tokens)
            {
                writer.Write7BitEncodedInt(token.Id);
                writer.Write(token.Kind);
                writer.Write(token.Piece);
                writer.Write(token.Text);
                writer.Write(token.Display);
            }
        }

        return packed.ToArray();
    }

    public static TokenRow[] Unpack(byte[] packed)
    {
        if (packed.Length == 0 || packed[0] != Version)
        {
            throw new InvalidDataException(
                $"A token table of version {(packed.Length == 0 ? "none" : packed[0])} cannot be read; this program reads version {Version}.");
        }

        using var inflated = new BufferedStream(new ZLibStream(new MemoryStream(packed, 1, packed.Length - 1), CompressionMode.Decompress), 1 << 16);
        using var reader = new BinaryReader(inflated);
        var tokens = new TokenRow[reader.ReadInt32()];
        for (var i = 0; i < tokens.Length; i++)
        {
            var id = reader.Read7BitEncodedInt();
            var kind = reader.ReadByte();
            tokens[i] = new TokenRow(id, reader.ReadString(), reader.ReadString(), reader.ReadString(), kind);
        }

        return tokens;
    }
}
