namespace LogitLens.Storage.Comparisons;

/// <summary>How far two runs are apart at one layer. Distributions are over pairs, each with its own figure.</summary>
/// <param name="Layer">Of the first run.</param>
/// <param name="SecondLayer">The layer of the second that stands beside it.</param>
/// <param name="Patches">Patches compared, over all pairs.</param>
/// <param name="Agreement">The share of a pair's patches whose top-1 token is the same.</param>
/// <param name="Confidence">The median, over a pair's patches, of the second's confidence less the first's.</param>
/// <param name="Entropy">The same of entropies in bits; null where one of the runs has none.</param>
public sealed record LayerDifference(int Layer, int SecondLayer, long Patches, Spread Agreement, Spread Confidence, Spread? Entropy);
