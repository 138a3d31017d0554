using LogitLens.Storage;
using LogitLens.Storage.Tokens;

namespace LogitLens.Dashboard.Components.Atlas;

/// <summary>Tokens that belong to a set because they write the same word: with and without its space, in other cases, and with an ending.</summary>
internal static class TokenVariants
{
    /// <summary>How many are offered.</summary>
    public const int Most = 12;

    private const int MostWords = 3;
    private const int LongestEnding = 3;
    private const int Searched = 60;

    /// <summary>Tokens read besides the chosen ones that write one of their words; those in most analyses first.</summary>
    public static async Task<IReadOnlyList<FoundToken>> FindAsync(
        TokenIndexStore index, IReadOnlyList<FoundToken> chosen, IReadOnlyCollection<int> ids, TokenFilter filter, CancellationToken cancellationToken)
    {
        var found = new Dictionary<int, FoundToken>();
        foreach (var word in chosen.Select(token => StemOf(token.Text)).Where(word => word.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostWords))
        {
            foreach (var token in (await index.FindTokensAsync(word, TokenMatch.Prefix, filter, null, Searched, cancellationToken)).Items)
            {
                if (!ids.Contains(token.Id) && token.Text.Trim().Length <= word.Length + LongestEnding)
                {
                    found[token.Id] = token;
                }
            }
        }

        return [.. found.Values.OrderByDescending(token => token.Analyses).ThenByDescending(token => token.Positions).Take(Most)];
    }

    /// <summary>The longest beginning of a word that was read as a token, of at least two letters; null where there is none.</summary>
    public static async Task<FoundToken?> FindBeginningAsync(TokenIndexStore index, string word, TokenFilter filter, CancellationToken cancellationToken)
    {
        var letters = word.Trim();
        for (var length = Math.Min(letters.Length - 1, 24); length >= 2; length--)
        {
            if ((await index.FindTokensAsync(letters[..length], TokenMatch.Exact, filter, null, 1, cancellationToken)).Items is [var token])
            {
                return token;
            }
        }

        return null;
    }

    // "cats" and "cat" are variants of each other; what has no letters has no variants.
    private static string StemOf(string text)
    {
        var word = text.Trim();
        return word.Length < 2 || !word.All(char.IsLetter) ? string.Empty
            : word.Length > 3 && word.EndsWith('s') ? word[..^1]
            : word;
    }
}
