using System.Globalization;
using System.Text;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Components.Images;

/// <summary>Images in an address, short even where they are many: <c>3-14,20</c>.</summary>
internal static class ImageIdList
{
    /// <summary>More than these are not taken from an address.</summary>
    public const int MaxCount = 10_000;

    /// <summary>Writes the ids, ascending.</summary>
    public static string Format(IEnumerable<ImageId> images)
    {
        var ids = images.Select(image => image.Value).Distinct().Order().ToArray();
        var text = new StringBuilder();
        for (var start = 0; start < ids.Length;)
        {
            var end = start;
            while (end + 1 < ids.Length && ids[end + 1] == ids[end] + 1)
            {
                end++;
            }

            text.Append(text.Length > 0 ? "," : string.Empty).Append(CultureInfo.InvariantCulture, $"{ids[start]}");
            if (end > start)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{ids[end]}");
            }

            start = end + 1;
        }

        return text.ToString();
    }

    /// <summary>Reads the ids; what makes no sense is left out, and what is beyond <see cref="MaxCount"/> as well.</summary>
    public static IReadOnlyList<ImageId> Parse(string? text)
    {
        var ids = new List<ImageId>();
        foreach (var part in (text ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            if (!Read(dash < 0 ? part : part[..dash], out var first) || !Read(dash < 0 ? part : part[(dash + 1)..], out var last))
            {
                continue;
            }

            for (var id = first; id <= last && ids.Count < MaxCount; id++)
            {
                ids.Add(new ImageId(id));
            }
        }

        return ids;
    }

    private static bool Read(string text, out long id) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id is > 0 and < long.MaxValue;
}
