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

/// <summary>A page of pictures with the patches that tokens were read at.</summary>
/// <param name="Next">Give it as <c>after</c> to see the next page; null on the last one.</param>
internal sealed record ApiLitPictures(IReadOnlyList<ApiLitPicture> Items, int Total, string? Next);

/// <summary>One of them.</summary>
/// <param name="Width">Of the picture, in the pixels that the patches are given in.</param>
/// <param name="Patches">Each [position, layer, token, probability, x, y, width, height].</param>
internal sealed record ApiLitPicture(long Analysis, int Width, int Height, IReadOnlyList<double[]> Patches)
{
    public static ApiLitPicture From(LitPicture picture) => new(
        picture.Analysis.Value,
        picture.Width,
        picture.Height,
        [.. picture.Patches.Select(p => (double[])[p.Position, p.Layer, p.Token, Math.Round(p.Probability, 5), p.Pixels.X, p.Pixels.Y, p.Pixels.Width, p.Pixels.Height])]);
}
