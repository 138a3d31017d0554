using System.Globalization;
using LogitLens.Dashboard.Languages;
using LogitLens.Inference;
using LogitLens.Inference.Tokenization;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Runs;

/// <summary>Finds the tokens a person names in a checkpoint's vocabulary.</summary>
internal static class TrackedTokenFinder
{
    private static readonly IStringLocalizer L = Texts.Of<RunTexts>();

    /// <summary>More than these would swell every layer of every analysis.</summary>
    public const int MaxTokens = 100;

    /// <summary>Finds each of the names, which stand apart by commas or new lines.</summary>
    /// <param name="text">Names such as <c>cat</c> (begins a word), <c>␣cat</c> (the same), <c>#512</c> (an id), or any token as it is displayed.</param>
    /// <param name="tokens">The vocabulary in id order.</param>
    /// <exception cref="RefusedInputException">A name that is no single token, or too many of them.</exception>
    public static IReadOnlyList<TokenEntry> Find(string text, IReadOnlyList<TokenEntry> tokens)
    {
        var found = new List<TokenEntry>();
        foreach (var name in text.Split([',', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var token = FindOne(name, tokens);
            if (!found.Contains(token))
            {
                found.Add(token);
            }
        }

        return found.Count <= MaxTokens
            ? found
            : throw new RefusedInputException(L["{0} tokens are to be tracked, but {1} at most can be: leave out some.", found.Count, MaxTokens]);
    }

    private static TokenEntry FindOne(string name, IReadOnlyList<TokenEntry> tokens)
    {
        // "#" alone is a token like any other.
        if (name.Length > 1 && name[0] == '#' && int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return id < tokens.Count
                ? tokens[id]
                : throw new RefusedInputException(L["There is no token #{0}: this checkpoint's ids go from 0 to {1}.", id, tokens.Count - 1]);
        }

        // A word is nearly always meant as its beginning-of-word token.
        return tokens.FirstOrDefault(token => token.Display == name)
            ?? (name.StartsWith('␣') ? null : tokens.FirstOrDefault(token => token.Display == "␣" + name))
            ?? tokens.FirstOrDefault(token => token.Text == name)
            ?? throw new RefusedInputException(Describe(name, tokens));
    }

    private static string Describe(string name, IReadOnlyList<TokenEntry> tokens)
    {
        var word = name.StartsWith('␣') ? name : "␣" + name;
        var longest = tokens
            .Where(token => token.Kind is TokenKind.Ordinary && token.Display.Length > 1 && word.StartsWith(token.Display, StringComparison.Ordinal))
            .MaxBy(token => token.Display.Length);
        return longest is null
            ? L["\"{0}\" is no single token of this checkpoint: write another word, or an id such as #512.", name]
            : L["\"{0}\" is no single token of this checkpoint: the longest piece it begins with is {1}; track that instead, or write an id such as #512.", name, longest.Display];
    }
}
