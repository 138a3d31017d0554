using System.Globalization;
using System.Text.RegularExpressions;

namespace LogitLens.Dashboard.Search;

/// <summary>What somebody typed into the search, and which numbers and ids it may mean besides the words it holds.</summary>
/// <param name="Text">As it was typed, without white space at its ends, at most <see cref="Longest"/> characters; empty asks for nothing.</param>
/// <param name="Analysis">An analysis' number: <c>12</c>, <c>#12</c>, <c>analysis 12</c>.</param>
/// <param name="Run">A run's number: <c>3</c>, <c>run 3</c>.</param>
/// <param name="Token">A token's id: <c>#300</c>, <c>token 300</c>.</param>
/// <param name="RunId">A run's whole id, as addresses have it.</param>
/// <param name="Hash">The beginning of an image's SHA-256, at least <see cref="ShortestHash"/> digits.</param>
internal sealed partial record SearchText(string Text, long? Analysis = null, long? Run = null, int? Token = null, Guid? RunId = null, string? Hash = null)
{
    /// <summary>No name and no token is longer.</summary>
    public const int Longest = 200;

    /// <summary>Fewer digits than this begin too many hashes to mean one.</summary>
    public const int ShortestHash = 6;

    public bool IsEmpty => Text.Length == 0;

    /// <summary>Whether it names a thing by its number or id.</summary>
    public bool IsById => Analysis is not null || Run is not null || Token is not null || RunId is not null || Hash is not null;

    /// <summary>Reads what was typed; null is nothing.</summary>
    public static SearchText Parse(string? typed)
    {
        var text = typed?.Trim() ?? string.Empty;
        if (text.Length > Longest)
        {
            text = text[..Longest];
        }

        if (Guid.TryParse(text, out var id))
        {
            return new SearchText(text, RunId: id);
        }

        // A number of digits alone may begin a hash as well.
        var hash = HashPattern().IsMatch(text) ? text.ToLowerInvariant() : null;
        if (NumberPattern().Match(text) is not { Success: true } match || !long.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return new SearchText(text, Hash: hash);
        }

        var token = number <= int.MaxValue ? (int?)number : null;
        return match.Groups["word"].Value.ToLowerInvariant() switch
        {
            "" when match.Groups["mark"].Success => new SearchText(text, Analysis: number, Token: token),
            "" => new SearchText(text, Analysis: number, Run: number, Hash: hash),
            "run" or "запуск" => new SearchText(text, Run: number),
            "token" or "токен" => new SearchText(text, Token: token),
            _ => new SearchText(text, Analysis: number),
        };
    }

    [GeneratedRegex(@"^(?:(?<word>run|analysis|token|запуск|анализ|токен)\s*)?(?<mark>[#№]\s*)?(?<number>\d{1,18})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NumberPattern();

    [GeneratedRegex("^[0-9a-f]{6,64}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HashPattern();
}
