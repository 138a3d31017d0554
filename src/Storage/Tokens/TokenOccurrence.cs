using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Tokens;

/// <summary>An analysis in which one of the tokens looked for was read.</summary>
/// <param name="Best">The greatest probability, at <paramref name="BestLayer"/> and <paramref name="BestPosition"/>, of <paramref name="BestToken"/>.</param>
/// <param name="Hits">Each token at each layer, as asked for; ascending by token, then layer.</param>
public sealed record TokenOccurrence(
    AnalysisRow Analysis, double Best, int BestToken, int BestLayer, int BestPosition, IReadOnlyList<TokenHits> Hits);
