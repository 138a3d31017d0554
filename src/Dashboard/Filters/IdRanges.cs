using System.Globalization;
using System.Text;

namespace LogitLens.Dashboard.Filters;

/// <summary>Ids in an address, short even where they are many: <c>3-14_20</c>.</summary>
internal static class IdRanges
{
    /// <summary>More than these are not taken from an address.</summary>
    public const int MaxCount = 10_000;

    /// <summary>Writes the ids, each once, ascending.</summary>
    /// <param name="separator">Between ranges.</param>
    public static string Format(IEnumerable<long> ids, char separator = '_')
    {
        var sorted = ids.Distinct().Order().ToArray();
        var text = new StringBuilder();
        for (var start = 0; start < sorted.Length;)
        {
            var end = start;
            while (end + 1 < sorted.Length && sorted[end + 1] == sorted[end] + 1)
            {
                end++;
            }

            if (text.Length > 0)
            {
                text.Append(separator);
            }

            text.Append(CultureInfo.InvariantCulture, $"{sorted[start]}");
            if (end > start)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{sorted[end]}");
            }

            start = end + 1;
        }

        return text.ToString();
    }

    /// <summary>Reads the ids, apart by <c>_</c> or commas; what makes no sense is left out, and what is beyond <see cref="MaxCount"/> as well.</summary>
    public static IReadOnlyList<long> Parse(string? text)
    {
        var ids = new List<long>();
        foreach (var part in (text ?? string.Empty).Split(['_', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            if (!Read(dash < 0 ? part : part[..dash], out var first) || !Read(dash < 0 ? part : part[(dash + 1)..], out var last))
            {
                continue;
            }

            for (var id = first; id <= last && ids.Count < MaxCount; id++)
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    private static bool Read(string text, out long id) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id is > 0 and < long.MaxValue;
}
