namespace LogitLens.Storage.Statistics;

/// <summary>The most frequent top-1 tokens at one layer.</summary>
/// <param name="Positions">The sample size.</param>
/// <param name="Distinct">How many different tokens there are.</param>
/// <param name="Tokens">The most frequent ones, most frequent first, lower id first on ties.</param>
public sealed record LayerTokens(int Layer, long Positions, int Distinct, IReadOnlyList<TokenCount> Tokens);
