namespace LogitLens.Dashboard.People;

/// <summary>Who looks, as far as they say.</summary>
/// <param name="Key">By which what is theirs is known; the browser keeps it. Empty where the browser keeps nothing.</param>
/// <param name="Name">What they call themselves; null where they did not say.</param>
public sealed record Person(string Key, string? Name)
{
    /// <summary>Characters of a name at most.</summary>
    public const int LongestName = 60;

    /// <summary>Nobody in particular.</summary>
    public static Person Unknown { get; } = new(string.Empty, null);
}
