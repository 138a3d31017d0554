using System.Text;

namespace LogitLens.Dashboard.Exports;

/// <summary>Names of exported files: in any script, and such that every file system takes them.</summary>
internal static class FileNames
{
    private const int MaxLength = 120;

    /// <summary>A name without what Windows, macOS or Linux refuse in one.</summary>
    public static string Clean(string name)
    {
        var clean = new StringBuilder();
        foreach (var rune in name.EnumerateRunes())
        {
            var refused = Rune.IsControl(rune) || rune.Value is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|' or '\uFFFD'
                || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator;
            if (clean.Length + rune.Utf16SequenceLength > MaxLength)
            {
                break;
            }

            clean.Append(refused ? "_" : rune.ToString());
        }

        var trimmed = clean.ToString().Trim(' ', '.');
        return trimmed.Length == 0 ? "export" : trimmed;
    }

    /// <summary>A picture's name without its extension.</summary>
    public static string OfImage(string name) => Clean(Path.GetFileNameWithoutExtension(name));
}
