using LogitLens.Storage.Tokens;

namespace LogitLens.Dashboard.Api;

/// <summary>A page of tokens.</summary>
/// <param name="Next">Give it as <c>after</c> to see the next page; null on the last one.</param>
internal sealed record ApiTokens(IReadOnlyList<FoundToken> Items, int Total, string? Next);

/// <summary>A page of the analyses in which tokens were read.</summary>
/// <param name="Next">Give it as <c>after</c> to see the next page; null on the last one.</param>
internal sealed record ApiOccurrences(IReadOnlyList<ApiOccurrence> Items, int Total, string? Next);

/// <summary>An analysis in which one of the tokens was read.</summary>
/// <param name="Best">The greatest probability: of <paramref name="BestToken"/>, at <paramref name="BestLayer"/> and <paramref name="BestPosition"/>.</param>
internal sealed record ApiOccurrence(ApiAnalysis Analysis, double Best, int BestToken, int BestLayer, int BestPosition, IReadOnlyList<TokenHits> Hits)
{
    public static ApiOccurrence From(TokenOccurrence found) =>
        new(ApiAnalysis.From(found.Analysis), found.Best, found.BestToken, found.BestLayer, found.BestPosition, found.Hits);
}
