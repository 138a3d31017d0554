using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Components.Common;

/// <summary>Where things are.</summary>
internal static class Urls
{
    public const string Home = "/";
    public const string Runs = "/runs";
    public const string NewRun = "/runs/new";
    public const string Images = "/images";
    public const string Atlas = "/atlas";
    public const string Data = "/data";
    public const string Imports = "/imports";
    public const string Search = "/search";
    public const string Shortcuts = "/shortcuts";

    public const string AllMasks = "/masks";

    public const string AllStatistics = "/statistics";

    public static string Statistics(RunId run) => $"/runs/{run}/statistics";

    public static string Report(RunId run) => $"/runs/{run}/report";

    public static string Run(RunId run) => $"/runs/{run}";

    public static string Import(Storage.Exchange.Import.ImportJobId job) => $"/imports/{job}";

    public static string Masks(RunId run) => $"/runs/{run}/masks";

    public static string Image(string sha256) => $"/images/{sha256}";

    public static string Explorer(AnalysisId analysis) => $"/analyses/{analysis}";

    public static string Thumbnail(string sha256) => $"/api/images/{sha256}/thumbnail";

    /// <summary>As the analyses of a run saw it: turned as EXIF says, or as it is stored.</summary>
    public static string Thumbnail(string sha256, bool upright) => upright ? $"{Thumbnail(sha256)}?orientation=exif" : Thumbnail(sha256);

    public static string Content(string sha256) => $"/api/images/{sha256}/content";

    /// <summary>Analyses beside each other; with one, the page asks for another.</summary>
    public static string Compare(params ReadOnlySpan<AnalysisId> analyses) => $"/compare?a={string.Join(',', analyses.ToArray().Select(id => id.ToString()))}";

    /// <summary>Two runs over their common images; with one, the page asks for another.</summary>
    public static string CompareRuns(RunId first, RunId? second = null) => second is { } other ? $"/compare/runs?a={first}&b={other}" : $"/compare/runs?a={first}";

    /// <summary>A path with those of the given values that are set, escaped.</summary>
    public static string WithQuery(string path, params ReadOnlySpan<(string Name, string? Value)> values)
    {
        var url = path;
        var separator = '?';
        foreach (var (name, value) in values)
        {
            if (!string.IsNullOrEmpty(value))
            {
                url += $"{separator}{name}={Uri.EscapeDataString(value)}";
                separator = '&';
            }
        }

        return url;
    }
}
