using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Statistics;

/// <summary>How many positions have a token at top-1.</summary>
/// <param name="Token">Its row in the checkpoint's table.</param>
/// <param name="Share">Of all positions at that layer.</param>
public sealed record TokenCount(TokenRow Token, long Count, double Share, bool IsFiller);
