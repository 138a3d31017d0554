using System.Text;
using SkiaSharp;

namespace LogitLens.Dashboard.Exports;

/// <summary>
/// Fonts for drawn text. The Skia build in use knows no system fonts on Linux, so one for Latin, Greek and Cyrillic letters comes with the program; for other
/// letters the system's font files are looked through. A letter that no font has is drawn as a box.
/// </summary>
internal static class FigureFonts
{
    private const int MostFiles = 2000;

    private static readonly Lazy<SKTypeface> Main = new(Load);
    private static readonly Lazy<List<string>> SystemFiles = new(Find);
    private static readonly Dictionary<int, SKTypeface> Known = [];

    /// <summary>A text in stretches that one font has the letters of.</summary>
    public static IReadOnlyList<(string Text, SKTypeface Typeface)> Split(string text)
    {
        var parts = new List<(string Text, SKTypeface Typeface)>();
        var stretch = new StringBuilder();
        SKTypeface? current = null;
        foreach (var rune in text.EnumerateRunes())
        {
            var typeface = TypefaceFor(rune);
            if (current is not null && !ReferenceEquals(typeface, current))
            {
                parts.Add((stretch.ToString(), current));
                stretch.Clear();
            }

            current = typeface;
            stretch.Append(rune.ToString());
        }

        if (current is not null)
        {
            parts.Add((stretch.ToString(), current));
        }

        return parts;
    }

    private static SKTypeface TypefaceFor(Rune rune)
    {
        if (Has(Main.Value, rune.Value))
        {
            return Main.Value;
        }

        lock (Known)
        {
            // By blocks of 256: one look through the files serves a script.
            if (Known.TryGetValue(rune.Value, out var known))
            {
                return known;
            }

            if (Known.Values.Distinct().FirstOrDefault(typeface => Has(typeface, rune.Value)) is { } other)
            {
                return Known[rune.Value] = other;
            }

            return Known[rune.Value] = Search(rune.Value) ?? Main.Value;
        }
    }

    private static SKTypeface? Search(int letter)
    {
        if (SKFontManager.Default.MatchCharacter(letter) is { } match && Has(match, letter))
        {
            return match;
        }

        foreach (var file in SystemFiles.Value)
        {
            var typeface = SKTypeface.FromFile(file);
            if (typeface is not null && Has(typeface, letter))
            {
                return typeface;
            }

            typeface?.Dispose();
        }

        return null;
    }

    private static bool Has(SKTypeface typeface, int letter)
    {
        using var font = new SKFont(typeface);
        return font.GetGlyph(letter) != 0;
    }

    private static SKTypeface Load()
    {
        using var stream = typeof(FigureFonts).Assembly.GetManifestResourceStream("fonts/NotoSans-Regular.ttf")
            ?? throw new InvalidOperationException("The assembly lacks its font.");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException("Skia cannot read the program's font.");
    }

    private static List<string> Find()
    {
        string[] folders =
        [
            "/usr/share/fonts",
            "/usr/local/share/fonts",
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "fonts"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".fonts"),
        ];
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 6 };

        // Plain faces first: a bold title beside a regular one looks like an accident.
        return
        [
            .. folders
                .Where(Directory.Exists)
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*", options))
                .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".ttf" or ".otf" or ".ttc")
                .Take(MostFiles)
                .OrderBy(file => file.Contains("Sans", StringComparison.OrdinalIgnoreCase) ? 0 : 1)
                .ThenBy(file => Path.GetFileName(file).Length)
                .ThenBy(file => file, StringComparer.Ordinal),
        ];
    }
}
