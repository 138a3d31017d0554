using System.Globalization;

namespace LogitLens.Inference.Tokenization;

/// <summary>SentencePiece's pieces for single bytes: <c>&lt;0x00&gt;</c> … <c>&lt;0xFF&gt;</c>.</summary>
internal static class BytePiece
{
    public static string Write(byte value) => $"<0x{value:X2}>";

    public static bool TryRead(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6
            && piece.StartsWith("<0x", StringComparison.Ordinal)
            && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
