using LogitLens.Dashboard.Components.Layout;
using LogitLens.Dashboard.Languages;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Shortcuts;

/// <summary>
/// Every key there is. Those that lead to a page come from <see cref="Place.All"/>, which the bar is made of, too; the others are tested against what
/// listens to them.
/// </summary>
internal static class ShortcutList
{
    /// <summary>Opens the list of keys itself.</summary>
    public const string Help = "?";

    /// <summary>Opens what the bell has to tell.</summary>
    public const string News = "e";

    /// <summary>Goes to the page's own search, or else to the bar's.</summary>
    public const string Search = "/";

    /// <summary>The page before and the page after.</summary>
    public const string Previous = "[", Next = "]";

    private const string Analyses = "/analyses/*";

    private static readonly IStringLocalizer L = Texts.Of<ShortcutTexts>();

    /// <summary>All of them, in the reader's language.</summary>
    public static IReadOnlyList<ShortcutPlace> All =>
    [
        new(L["Everywhere"], [],
        [
            .. Place.All.Select(place => new Shortcut(place.Keys, place.Name)),
            new("Ctrl K", L["Search everything"]),
            new(Search, L["Search the page, or everything where the page has no search"]),
            new(News, L["The runs that ended"]),
            new(Help, L["This list"]),
            new("Esc", L["Close what is open"]),
        ]),
        new(L["In the search's list"], [],
        [
            new("↓ ↑", L["Result by result"]),
            new("Enter", L["Open it; without a choice, all results"]),
            new("Ctrl Enter", L["Open it in a new tab"]),
            new("Esc", L["Close the list; once more: empty the field, leave it"]),
        ]),
        new(L["In lists of pages"], ["/runs", "/images", "/atlas", "/search", "/imports"],
        [
            new(Previous, L["The page before"]),
            new(Next, L["The page after"]),
        ]),
        new(L["In the gallery"], ["/images"],
        [
            new("f", L["Add a condition to the filter"]),
        ]),
        new(L["In the explorer"], [Analyses],
        [
            new("[", L["One layer down"]),
            new("]", L["One layer up"]),
            new("b", L["Each patch at its best layer"]),
            new("c", L["Copy the view's address"]),
            new(Search, L["Find a token among those read"]),
            new(".", L["Pin the token read here, or unpin it"]),
            new("m", L["The next map"]),
            new("Shift M", L["The map before"]),
            new("p", L["Play through the layers"]),
            new("i", L["What the model was given"]),
            new("Esc", L["Free what is held: lit tokens, the lock, the collection"]),
        ]),
        new(L["On the explorer's picture"], [Analyses],
        [
            new("← ↑ ↓ →", L["Patch by patch"]),
            new("Enter", L["Lock or free"]),
            new("Shift Enter", L["Collect or leave out"]),
            new("Ctrl Enter", L["Open its token in the atlas; a click with Ctrl does, too"]),
            new("+ - 0", L["Zoom in, out, all"]),
            new("Shift ← ↑ ↓ →", L["Move the zoomed picture"]),
            new("Space", L["Held: dragging moves the picture instead of collecting a rectangle"]),
        ]),
        new(L["On the explorer's gauge"], [Analyses],
        [
            new("↑ ↓", L["One layer up, down"]),
            new("Home End", L["First layer, last layer"]),
        ]),
        new(L["On the explorer's table"], [Analyses],
        [
            new("← ↑ ↓ →", L["Cell by cell"]),
            new("PgUp PgDn", L["A screenful of rows"]),
            new("Home End", L["First layer, last layer"]),
            new("Enter", L["Lock or free"]),
            new("Shift Enter", L["Collect or leave out"]),
            new("Ctrl Enter", L["Open its token in the atlas; a click with Ctrl does, too"]),
        ]),
        new(L["In a comparison"], ["/compare"],
        [
            new("[", L["One layer down"]),
            new("]", L["One layer up"]),
            new("b", L["Each patch at its best layer"]),
            new("c", L["Copy the view's address"]),
            new("m", L["The next difference map"]),
            new("Shift M", L["The difference map before"]),
            new(".", L["Follow the token read here, or no token"]),
            new("r", L["The next reference"]),
            new("p", L["Play through the layers"]),
            new("← ↑ ↓ →", L["Patch by patch, in all pictures"]),
            new("Enter", L["Lock or free in all pictures"]),
            new("+ - 0", L["Zoom in, out, all"]),
        ]),
        new(L["On a chart of the statistics"], ["/statistics", "/runs/*/statistics", "/runs/*/report"],
        [
            new("← →", L["Point by point"]),
            new("↑ ↓", L["Bar by bar, where bars lie below each other; row by row on the map"]),
            new("Home End", L["First point, last point"]),
            new("Enter", L["Where a token is read, in the atlas"]),
            new("Esc", L["Back from full size"]),
        ]),
    ];
}
