using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.WebUtilities;

namespace LogitLens.Dashboard.Components.Explorer;

/// <summary>
/// The part of the explorer's view that makes sense at another analysis of the run too: how one looks, not at which patch. The whole view belongs to
/// <c>wwwroot/js/explorer/state.js</c>; this rides along on the links to the neighbours.
/// </summary>
/// <param name="Map">The map over the picture.</param>
/// <param name="Layer">The layer shown; null for each patch's best.</param>
/// <param name="By">How the best layer is chosen.</param>
/// <param name="Window">The layers it is chosen among, as <c>1-12</c>.</param>
/// <param name="Strength">How strongly the map covers the picture.</param>
/// <param name="Find">The token looked for.</param>
/// <param name="Rows">The rows of the table.</param>
internal sealed record ExplorerView(
    string? Map = null,
    string? Layer = null,
    string? By = null,
    string? Window = null,
    string? Strength = null,
    string? Find = null,
    string? Rows = null)
{
    /// <summary>Reads a query text, with or without its question mark; what belongs to one analysis only is left out.</summary>
    public static ExplorerView Parse(string query)
    {
        var values = QueryHelpers.ParseQuery(query);
        return new ExplorerView(Get("map"), Get("layer"), Get("by"), Get("window"), Get("strength"), Get("find"), Get("rows"));

        string? Get(string name) => values.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 and <= 100 } text ? text : null;
    }

    /// <summary>The address of an analysis seen this way.</summary>
    public string ToUrl(AnalysisId analysis) => Urls.WithQuery(
        Urls.Explorer(analysis),
        ("map", Map),
        ("layer", Layer),
        ("by", By),
        ("window", Window),
        ("strength", Strength),
        ("find", Find),
        ("rows", Rows));
}
