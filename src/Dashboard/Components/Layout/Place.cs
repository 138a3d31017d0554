using LogitLens.Dashboard.Components.Common;

namespace LogitLens.Dashboard.Components.Layout;

/// <summary>A page that people go to from anywhere: by the bar, by its keys, by the search.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Name">What the bar calls it.</param>
/// <param name="Keys">Pressed one after the other.</param>
/// <param name="InBar">Whether the bar names it; others have an icon there, or no link.</param>
/// <param name="Exact">Whether pages below it are not it.</param>
internal sealed record Place(string Url, string Name, string Keys, bool InBar = true, bool Exact = false)
{
    /// <summary>All of them, in the bar's order.</summary>
    public static IReadOnlyList<Place> All { get; } =
    [
        new(Urls.Home, "Home", "g h", InBar: false, Exact: true),
        new(Urls.Runs, "Runs", "g r", Exact: true),
        new(Urls.Images, "Images", "g i"),
        new(Urls.Atlas, "Atlas", "g a"),
        new(Urls.AllStatistics, "Statistics", "g s"),
        new(Urls.NewRun, "New run", "g n", Exact: true),
        new(Urls.Imports, "Import", "g m"),
        new(Urls.Data, "Data", "g d", InBar: false),
    ];

    /// <summary>Those whose name begins with a text, in any case.</summary>
    public static IReadOnlyList<Place> Find(string text) =>
        text.Length == 0 ? [] : [.. All.Where(place => place.Name.StartsWith(text, StringComparison.CurrentCultureIgnoreCase))];
}
