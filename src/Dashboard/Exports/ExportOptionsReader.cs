using System.Globalization;
using LogitLens.Inference;
using LogitLens.Storage.Exchange.Export;
using LogitLens.Storage.Exchange.Export.Maps;

namespace LogitLens.Dashboard.Exports;

/// <summary>Reads an export's options from texts: a query's values, or the command line's.</summary>
internal static class ExportOptionsReader
{
    /// <summary>The names of the options, as a query has them.</summary>
    public static readonly IReadOnlyList<string> Names =
        ["format", "table", "by", "window", "layer", "map", "token", "theme", "over", "strength", "size", "title", "legend", "raw", "picture"];

    /// <summary>Reads a request.</summary>
    /// <param name="get">The value of a name, or null where it is not given.</param>
    /// <param name="call">How a sentence calls an option: <c>--size</c> or <c>size</c>.</param>
    /// <exception cref="RefusedInputException">A value that cannot be used.</exception>
    public static ExportRequest Read(ExportScope scope, Func<string, string?> get, Func<string, string> call)
    {
        var format = Choice<ExportFormat>("format", null);
        var by = Choice<BestBy>("by", BestBy.P);
        var window = Window();
        return new ExportRequest(
            format,
            scope,
            new TableOptions(Choice<TableKind>("table", TableKind.Readings), by, window, !Flag("raw", false)),
            new MapOptions(
                Choice<MapKind>("map", MapKind.Best),
                Layer("layer"),
                by,
                window,
                Get("token") is null ? null : (int)Number("token", 0, 0, int.MaxValue),
                Choice<Theme>("theme", Theme.Light) == Theme.Dark,
                Flag("over", true),
                Number("strength", 0.6, 0, 1),
                (int)Number("size", 1024, MapOptions.MinSize, MapOptions.MaxSize),
                get("title") is { Length: > 300 } ? throw Wrong("title", "longer than the 300 characters that fit", "shorten it") : get("title"),
                Flag("legend", true)),
            Flag("picture", true));

        string? Get(string name) => get(name) is { Length: > 0 } value ? value.Trim() : null;

        T Choice<T>(string name, T? fallback)
            where T : struct, Enum
        {
            var names = Enum.GetNames<T>();
            return Get(name) switch
            {
                null when fallback is { } known => known,
                { } value when names.Contains(value, StringComparer.OrdinalIgnoreCase) => Enum.Parse<T>(value, ignoreCase: true),
                var value => throw Wrong(name, value is null ? "not given" : $"\"{Shown(value)}\"", $"choose {string.Join(", ", names.Select(n => n.ToLowerInvariant()))}"),
            };
        }

        bool Flag(string name, bool fallback) => Get(name)?.ToLowerInvariant() switch
        {
            null => fallback,
            "true" or "1" or "yes" => true,
            "false" or "0" or "no" => false,
            var value => throw Wrong(name, $"\"{Shown(value)}\"", "choose true or false"),
        };

        double Number(string name, double fallback, double from, double to)
        {
            if (Get(name) is not { } value)
            {
                return fallback;
            }

            return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to && (name == "strength" || number == Math.Floor(number))
                ? number
                : throw Wrong(name, $"\"{Shown(value)}\"", string.Create(CultureInfo.InvariantCulture, $"give {(name == "strength" ? "a number" : "a whole number")} from {from} to {to}"));
        }

        int? Layer(string name) => Get(name) switch
        {
            null or "best" => null,
            var value => ParseLayer(value) ?? throw Wrong(name, $"\"{Shown(value)}\"", "give best, emb or a number"),
        };

        (int From, int To)? Window()
        {
            if (Get("window") is not { } value)
            {
                return null;
            }

            var ends = value.Split('-');
            return ends.Length == 2 && ParseLayer(ends[0]) is { } from && ParseLayer(ends[1]) is { } to && from <= to
                ? (from, to)
                : throw Wrong("window", $"\"{Shown(value)}\"", "give two layers such as 1-32 or emb-12");
        }

        RefusedInputException Wrong(string name, string what, string remedy) => new($"{call(name)} is {what}: {remedy}.");
    }

    private static int? ParseLayer(string text) =>
        text == "emb" ? 0 : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) && layer <= ushort.MaxValue ? layer : null;

    private static string Shown(string text) => text.Length > 40 ? text[..40] + "…" : text;

    private enum Theme
    {
        Light,
        Dark,
    }
}
