namespace LogitLens.Dashboard.Api;

/// <summary>Words in a query that stand for an enumeration's values.</summary>
internal static class ApiWords
{
    /// <summary>Reads one, whatever its case; a number is no word.</summary>
    public static bool TryRead<T>(string word, out T value)
        where T : struct, Enum
    {
        value = default;
        return Enum.GetNames<T>().Contains(word, StringComparer.OrdinalIgnoreCase) && Enum.TryParse(word, ignoreCase: true, out value);
    }

    /// <summary>The sentence for a word that is none of them.</summary>
    public static string Refusal<T>(string name, string word)
        where T : struct, Enum =>
        $"{name} is \"{word}\", which is unknown: give {string.Join(" or ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}.";
}
