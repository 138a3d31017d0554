using System.Text;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.WebUtilities;

namespace LogitLens.Dashboard.Components.Explorer;

/// <summary>
/// The part of the explorer's view that makes sense at another analysis of the run too: how one looks, not at which patch. The whole view belongs to
/// <c>wwwroot/js/explorer/state.js</c>; this rides along on the links to the neighbours.
/// </summary>
/// <param name="Query">The parts that ride along, as they stand in the address, in a fixed order; empty for none.</param>
internal sealed record ExplorerView(string Query = "")
{
    private const int MaxValue = 300;

    // The names are those of PARTS in state.js; lock, with and view name places of one picture and stay behind.
    private static readonly string[] Names =
    [
        "map", "layer", "by", "window", "strength", "range", "token", "pins", "filler", "veil", "paint", "invert", "grid", "input", "curve",
        "find", "match", "rows", "columns", "least", "hide", "cells", "pair",
    ];

    /// <summary>Reads a query text, with or without its question mark; what belongs to one analysis only is left out.</summary>
    public static ExplorerView Parse(string query)
    {
        var values = QueryHelpers.ParseQuery(query);
        var kept = new StringBuilder();
        foreach (var name in Names)
        {
            if (values.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 and <= MaxValue } text)
            {
                kept.Append(kept.Length == 0 ? string.Empty : "&").Append(name).Append('=').Append(Uri.EscapeDataString(text));
            }
        }

        return new ExplorerView(kept.ToString());
    }

    /// <summary>The address of an analysis seen this way.</summary>
    public string ToUrl(AnalysisId analysis) => Urls.Explorer(analysis) + (Query.Length == 0 ? string.Empty : "?" + Query);
}
