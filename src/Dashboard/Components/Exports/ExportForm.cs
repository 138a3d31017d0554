using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Exports;
using LogitLens.Dashboard.Filters;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage.Exchange.Export;
using LogitLens.Storage.Exchange.Export.Maps;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Exports;

/// <summary>What an export dialog has been filled with, and the address it asks for.</summary>
public sealed class ExportForm
{
    private static readonly IStringLocalizer L = Texts.Of<ExportTexts>();

    public ExportFormat Format { get; set; } = ExportFormat.Html;

    public TableKind Table { get; set; }

    public bool Raw { get; set; }

    public BestBy By { get; set; }

    /// <summary>First and last layer best layers are chosen among; null for 1…L.</summary>
    public string? Window { get; set; }

    public MapKind Map { get; set; }

    /// <summary>Null for each patch's best.</summary>
    public int? Layer { get; set; }

    public int? TokenId { get; set; }

    public bool Dark { get; set; }

    public bool OverPicture { get; set; } = true;

    public int Strength { get; set; } = 60;

    public int Size { get; set; } = 1024;

    public bool Legend { get; set; } = true;

    public bool WithPicture { get; set; } = true;

    public bool IsTable => Format is ExportFormat.Csv or ExportFormat.Parquet;

    public bool IsMap => Format is ExportFormat.Png or ExportFormat.Svg;

    /// <summary>Best layers are chosen in what is exported.</summary>
    public bool ChoosesBest => (IsTable && Table == TableKind.Best) || (IsMap && (Layer is null || Map == MapKind.Best));

    /// <summary>What stands in the way, in a sentence; null if nothing does.</summary>
    public string? Obstacle =>
        IsMap && Map == MapKind.Token && TokenId is null ? L["Choose the token the map is of."].Value
        : IsMap && Size is < MapOptions.MinSize or > MapOptions.MaxSize ? L["Choose a size of {0} to {1} pixels.", MapOptions.MinSize, MapOptions.MaxSize].Value
        : null;

    /// <summary>What a format is for.</summary>
    public static (string Name, string Use) Describe(ExportFormat format) => format switch
    {
        ExportFormat.Html => (L["Interactive page (HTML)"].Value, L["The explorer in one file that opens without a server."].Value),
        ExportFormat.Csv => (L["Table (CSV)"].Value, L["For spreadsheets and scripts."].Value),
        ExportFormat.Parquet => (L["Table (Parquet)"].Value, L["The same, compressed, for pandas, DuckDB, Spark."].Value),
        ExportFormat.Json => (L["Readings (JSON)"].Value, L["Every number, with a schema; imports elsewhere."].Value),
        ExportFormat.Png => (L["Map (PNG)"].Value, L["A picture of one map."].Value),
        ExportFormat.Svg => (L["Map (SVG)"].Value, L["The same as lines and texts, for papers and slides."].Value),
        ExportFormat.Archive => (L["Archive (zip)"].Value, L["Images, readings and settings; imports into another LogitLens without loss."].Value),
        ExportFormat.Safetensors => (L["Hidden states (safetensors)"].Value, L["The raw residual stream, where the run was told to keep it."].Value),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "A format without a name."),
    };

    /// <summary>Takes how an explorer looks at its analysis.</summary>
    /// <param name="query">The view as it stands in the address; what this dialog does not know is left out.</param>
    public void TakeView(string query)
    {
        var values = QueryHelpers.ParseQuery(query);
        Map = Enum.TryParse<MapKind>(Get("map"), ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? kind : MapKind.Best;
        Layer = Get("layer") is "emb" or "0" ? 0 : Number("layer");
        By = Enum.TryParse<BestBy>(Get("by"), ignoreCase: true, out var criterion) && Enum.IsDefined(criterion) ? criterion : BestBy.P;
        Window = Get("window");
        TokenId = Number("token");

        string? Get(string name) => values.TryGetValue(name, out var value) ? value.ToString() : null;

        int? Number(string name) => int.TryParse(Get(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Where it is to be had; only what differs from the default is named.</summary>
    public string ToUrl(ExportScope scope, string ticket)
    {
        var path = (scope.Runs.Count, scope.Analyses.Count) switch
        {
            (1, 0) => $"/api/runs/{scope.Runs[0]}/export",
            (0, 1) => $"/api/analyses/{scope.Analyses[0]}/export",
            _ => "/api/export",
        };
        var values = new List<(string, string?)>();
        if (path == "/api/export")
        {
            values.AddRange(scope.Runs.Select(run => ("run", (string?)run.ToString())));
            values.Add(("analyses", IdRanges.Format(scope.Analyses.Select(analysis => analysis.Value))));
        }

        values.Add(("format", Format.ToString().ToLowerInvariant()));
        if (IsTable)
        {
            values.Add(("table", Table == TableKind.Best ? "best" : null));
            values.Add(("raw", Raw && Format == ExportFormat.Csv ? "true" : null));
        }

        if (ChoosesBest)
        {
            values.Add(("by", By == BestBy.P ? null : By.ToString().ToLowerInvariant()));
            values.Add(("window", Window));
        }

        if (IsMap)
        {
            values.Add(("map", Map == MapKind.Best ? null : Map.ToString().ToLowerInvariant()));
            values.Add(("layer", Layer is { } layer && Map != MapKind.Best ? layer == 0 ? "emb" : $"{layer}" : null));
            values.Add(("token", Map == MapKind.Token && TokenId is { } token ? $"{token}" : null));
            values.Add(("theme", Dark ? "dark" : null));
            values.Add(("over", OverPicture ? null : "false"));
            values.Add(("strength", OverPicture && Strength != 60 ? (Strength / 100.0).ToString("0.##", CultureInfo.InvariantCulture) : null));
            values.Add(("size", Size == 1024 ? null : $"{Size}"));
            values.Add(("legend", Legend ? null : "false"));
        }

        values.Add(("picture", Format == ExportFormat.Json && !WithPicture ? "false" : null));
        values.Add(("ticket", ticket));
        return Urls.WithQuery(path, [.. values]);
    }
}
