using System.Globalization;
using System.Text;

namespace LogitLens.Storage.Statistics;

/// <summary>Tells the script of a text. .NET knows categories of characters but no scripts, so the ranges of Unicode's Scripts.txt travel with the program.</summary>
public static class TextScripts
{
    /// <summary>How many values <see cref="TextScript"/> has.</summary>
    internal const int Count = (int)TextScript.Other + 1;

    private const string Resource = "statistics/ScriptRanges.txt";

    private static readonly Lazy<Range[]> Ranges = new(ReadRanges);

    /// <summary>The script that most of the text's letters belong to, the first such on ties; <see cref="TextScript.None"/> if it has no letters.</summary>
    /// <remarks>Digits, punctuation and combining marks shared by scripts count for none, so <c>"10кг"</c> is Cyrillic and <c>"2024"</c> is none.</remarks>
    public static TextScript Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<int> counts = stackalloc int[Count];
        counts.Clear();
        var best = TextScript.None;
        foreach (var rune in text.EnumerateRunes())
        {
            // Counted until one leads, so that on ties the first to get there stays.
            if (Of(rune) is var script and not TextScript.None && (++counts[(int)script] > counts[(int)best] || best == TextScript.None))
            {
                best = script;
            }
        }

        return best;
    }

    /// <summary>The script of one character.</summary>
    internal static TextScript Of(Rune rune)
    {
        if (rune.IsAscii)
        {
            return Rune.IsLetter(rune) ? TextScript.Latin : TextScript.None;
        }

        var ranges = Ranges.Value;
        var (low, high) = (0, ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (rune.Value < ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (rune.Value > ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return ranges[middle].Script;
            }
        }

        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter && !IsShared(rune)
            ? TextScript.Other
            : TextScript.None;
    }

    /// <summary>Letters by category that Unicode counts for no script (Common, Inherited): micro, Vedic signs, letterlike and mathematical ones.</summary>
    private static bool IsShared(Rune rune) => rune.Value is
        0xB5 or (>= 0x1CE9 and <= 0x1CFA) or (>= 0x2102 and <= 0x2149) or 0x3006 or 0x303C or (>= 0x1D400 and <= 0x1D7CB);

    private static Range[] ReadRanges()
    {
        using var stream = typeof(TextScripts).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} is not in the program.");
        using var reader = new StreamReader(stream);
        var ranges = new List<Range>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var fields = line.Split(' ');
            ranges.Add(new Range(
                int.Parse(fields[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                int.Parse(fields[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                Enum.Parse<TextScript>(fields[2])));
        }

        return [.. ranges];
    }

    private readonly record struct Range(int First, int Last, TextScript Script);
}
