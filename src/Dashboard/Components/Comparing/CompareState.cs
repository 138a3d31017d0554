using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.WebUtilities;

namespace LogitLens.Dashboard.Components.Comparing;

/// <summary>Which analyses are compared, and how they are looked at.</summary>
/// <param name="Analyses">Each once, at most <see cref="Most"/>.</param>
/// <param name="View">
/// How they are looked at, where that still makes sense with another analysis besides: the parameters of <c>wwwroot/js/compare/state.js</c> that name no place and no letter.
/// </param>
internal sealed record CompareState(IReadOnlyList<AnalysisId> Analyses, string View = "")
{
    /// <summary>Analyses beside each other, at most.</summary>
    public const int Most = 4;

    private const int MaxValue = 100;

    private static readonly string[] Riding = ["map", "side", "layer", "by", "window", "align", "strength", "range", "grid", "rows", "over", "sort"];

    /// <summary>Reads a query text; what is no number of an analysis is left out.</summary>
    public static CompareState Parse(string query)
    {
        var values = QueryHelpers.ParseQuery(query);
        var ids = values.TryGetValue("a", out var written) ? written.ToString().Split(',') : [];
        var analyses = ids
            .Select(id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(number => number > 0)
            .Distinct()
            .Take(Most)
            .Select(number => new AnalysisId(number))
            .ToList();
        var view = Riding
            .Select(name => (Name: name, Value: values.TryGetValue(name, out var value) ? value.ToString() : string.Empty))
            .Where(part => part.Value.Length is > 0 and <= MaxValue)
            .Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value)}");
        return new CompareState(analyses, string.Join('&', view));
    }

    /// <summary>The address with another analysis besides.</summary>
    public string With(AnalysisId added) => ToUrl([.. Analyses, added]);

    /// <summary>The address without one of them.</summary>
    public string Without(AnalysisId removed) => ToUrl([.. Analyses.Where(id => id != removed)]);

    private string ToUrl(AnalysisId[] analyses) => Urls.Compare(analyses) + (View.Length == 0 ? string.Empty : "&" + View);
}
