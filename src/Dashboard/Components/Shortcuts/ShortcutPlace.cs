namespace LogitLens.Dashboard.Components.Shortcuts;

/// <summary>Where some keys mean something.</summary>
/// <param name="Name">In the reader's language.</param>
/// <param name="Paths">Beginnings of the addresses of the pages that have it; none for every page.</param>
/// <param name="Shortcuts">In the order in which one learns them.</param>
internal sealed record ShortcutPlace(string Name, IReadOnlyList<string> Paths, IReadOnlyList<Shortcut> Shortcuts)
{
    /// <summary>Whether a page has it.</summary>
    /// <param name="path">Of the page's address.</param>
    public bool IsOn(string path) => Paths.Count == 0 || Paths.Any(beginning => Matches(path, beginning));

    // "/runs/*/statistics": a star is one part of the path; the rest must begin the same.
    private static bool Matches(string path, string beginning)
    {
        var (given, wanted) = (path.Split('/'), beginning.Split('/'));
        return given.Length >= wanted.Length && wanted.Zip(given).All(pair => pair.First == "*" || pair.First == pair.Second);
    }
}
