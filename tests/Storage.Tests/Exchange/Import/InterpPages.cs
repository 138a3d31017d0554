using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LogitLens.Storage.Tests.Exchange.Import;

/// <summary>Small pages in the form of llava-interp, made here.</summary>
internal static class InterpPages
{
    /// <summary>A PNG of 8 × 8 pixels in greys.</summary>
    public const string Picture = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAA00lEQVR42gHIADf/AAAAAB4eHjw8PFpaWnh4eJaWlrS0tNLS0gAEBAQiIiJAQEBeXl58fHyampq4uLjW1tYACAgIJiYmREREYmJigICAnp6evLy82traAAwMDCoqKkhISGZmZoSEhKKiosDAwN7e3gAQEBAuLi5MTExqamqIiIimpqbExMTi4uIAFBQUMjIyUFBQbm5ujIyMqqqqyMjI5ubmABgYGDY2NlRUVHJycpCQkK6urszMzOrq6gAcHBw6OjpYWFh2dnaUlJSysrLQ0NDu7u7zeVlBfu2nCQAAAABJRU5ErkJggg==";

    public const string Prompt = "USER: <image>\nWhat is it? ASSISTANT:";

    private static readonly string[] Words = ["cat", "dog", "", "\n", "\uFFFD", "the", "ひ", "Ж", "\"", "\\", "</script>", "grass", "is", "1"];

    /// <summary>A page with 2 × 2 patches between three and two positions of text.</summary>
    public static string Make(
        int columns = 4, int side = 2, int k = 3, int seed = 1, string? picture = Picture, string? prompt = Prompt, Func<string, string>? spell = null, string? data = null, string? labels = null)
    {
        var random = new Random(seed);
        var page = new StringBuilder("\n<!DOCTYPE html>\n<html>\n<head><style>\n.prompt { font-weight: bold; }\n</style></head>\n<body>\n");
        if (picture is not null)
        {
            page.Append("<img src=\"data:image/png;base64,").Append(picture).Append("\" alt=\"Input Image\">\n");
        }

        if (prompt is not null)
        {
            page.Append("<p class=\"prompt\">Prompt: \"").Append(prompt).Append("\"</p>\n");
        }

        var names = LabelsOf(side);
        page.Append("<script>\n    const data = ").Append(data ?? Json(Cells(columns, names.Count, k, random, spell ?? (word => word))))
            .Append(";\n    const tokenLabels = ").Append(labels ?? JsonSerializer.Serialize(names)).Append(";\n    const table = document.getElementById('t');\n</script>\n</body></html>\n");
        return page.ToString();
    }

    public static List<string> LabelsOf(int side) =>
        ["<s>", "US", ":", .. Enumerable.Range(1, side * side).Select(i => string.Create(CultureInfo.InvariantCulture, $"<IMG{i:000}>")), "\n", ":"];

    private static string[][][][] Cells(int columns, int positions, int k, Random random, Func<string, string> spell) =>
        [.. Enumerable.Range(0, columns).Select(_ => Enumerable.Range(0, positions).Select(_ => Cell(k, random, spell)).ToArray())];

    private static string[][] Cell(int k, Random random, Func<string, string> spell)
    {
        var probability = random.Next(1, 10_000);
        var cell = new string[k][];
        for (var rank = 0; rank < k; rank++)
        {
            cell[rank] = [spell(Words[random.Next(Words.Length)]), string.Create(CultureInfo.InvariantCulture, $"{probability / 10_000m:0.0000}")];
            probability = random.Next(0, probability + 1);
        }

        return cell;
    }

    // As Python's json.dumps does it: ASCII only.
    private static string Json(object value) => JsonSerializer.Serialize(value);
}
