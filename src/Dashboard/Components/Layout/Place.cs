using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Languages;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Layout;

/// <summary>A page that people go to from anywhere: by the bar, by its keys, by the search.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Key">What the bar calls it, in English.</param>
/// <param name="Keys">Pressed one after the other.</param>
/// <param name="InBar">Whether the bar names it; others have an icon there, or no link.</param>
/// <param name="Exact">Whether pages below it are not it.</param>
internal sealed record Place(string Url, string Key, string Keys, bool InBar = true, bool Exact = false)
{
    private static readonly IStringLocalizer L = Texts.Of<LayoutTexts>();

    /// <summary>What the bar calls it.</summary>
    public string Name => L[Key];

    /// <summary>All of them, in the bar's order.</summary>
    public static IReadOnlyList<Place> All { get; } =
    [
        new(Urls.Home, Texts.Mark("Home"), "g h", InBar: false, Exact: true),
        new(Urls.Runs, Texts.Mark("Runs"), "g r", Exact: true),
        new(Urls.Images, Texts.Mark("Images"), "g i"),
        new(Urls.Atlas, Texts.Mark("Atlas"), "g a"),
        new(Urls.AllStatistics, Texts.Mark("Statistics"), "g s"),
        new(Urls.NewRun, Texts.Mark("New run"), "g n", Exact: true),
        new(Urls.Imports, Texts.Mark("Import"), "g m"),
        new(Urls.Data, Texts.Mark("Data"), "g d", InBar: false),
    ];

    /// <summary>Those whose name begins with a text, in any case.</summary>
    public static IReadOnlyList<Place> Find(string text) =>
        text.Length == 0 ? [] : [.. All.Where(place => place.Name.StartsWith(text, StringComparison.CurrentCultureIgnoreCase))];
}
