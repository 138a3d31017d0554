using LogitLens.Dashboard.Languages;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Shortcuts;

/// <summary>A key, or several that do the same kind of thing, and what they do.</summary>
/// <param name="Keys">As they stand on a keyboard, apart by spaces: pressed one after the other (<c>g r</c>), together (<c>Ctrl K</c>), or each for itself (<c>← →</c>).</param>
/// <param name="Meaning">In the reader's language.</param>
internal sealed record Shortcut(string Keys, string Meaning)
{
    private static readonly IStringLocalizer L = Texts.Of<ShortcutTexts>();

    /// <summary>The keys' names, each for itself; the long ones in the reader's language.</summary>
    public IEnumerable<string> Caps => Keys.Split(' ').Select(key => key == "Space" ? L["Space"].Value : key);

    /// <summary>Whether a text is one of its keys or stands in its meaning.</summary>
    public bool Fits(string text) => text.Length == 0
        || Keys.Contains(text, StringComparison.OrdinalIgnoreCase)
        || Meaning.Contains(text, StringComparison.CurrentCultureIgnoreCase);
}
