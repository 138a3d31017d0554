using System.Globalization;
using System.Text;

namespace LogitLens.Inference.Tokenization;

/// <summary>Tokens as people see them: nothing invisible stays invisible.</summary>
internal static class TokenDisplay
{
    public const string Empty = "∅";

    /// <summary>A text with its spaces, line ends and whatever else cannot be seen written out.</summary>
    public static string OfText(string text)
    {
        if (text.Length == 0)
        {
            return Empty;
        }

        var display = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case ' ':
                    display.Append('␣');
                    break;
                case '\n':
                    display.Append('⏎');
                    break;
                case '\t':
                    display.Append('⇥');
                    break;
                case '\r':
                    display.Append('␍');
                    break;
                default:
                    if (IsInvisible(rune))
                    {
                        display.Append(rune.IsBmp ? $"\\u{rune.Value:X4}" : $"\\U{rune.Value:X8}");
                    }
                    else
                    {
                        display.Append(rune);
                    }

                    break;
            }
        }

        return display.ToString();
    }

    /// <summary>Bytes by number (<c>&lt;0xE2 0x96&gt;</c>), so that <c>&lt;0x41&gt;</c> and <c>A</c> stay apart; line ends and tabs as in a
    /// text.</summary>
    public static string OfBytes(IReadOnlyList<byte> bytes) => bytes is [(byte)'\n' or (byte)'\t' or (byte)'\r']
        ? OfText(((char)bytes[0]).ToString())
        : $"<{string.Join(' ', bytes.Select(value => $"0x{value:X2}"))}>";

    /// <summary>An id of the unembedding that has no piece.</summary>
    public static string OfUnnamed(int id) => string.Create(CultureInfo.InvariantCulture, $"#{id}");

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
