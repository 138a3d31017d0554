namespace LogitLens.Storage.Statistics;

/// <summary>Where the best layers are.</summary>
/// <param name="Layers">Every layer of the window that was read, ascending.</param>
/// <param name="Positions">Positions that have a best layer.</param>
/// <param name="LastThirdFrom">The last third of the model begins with this layer: the first ℓ with 3ℓ &gt; 2L (22 of 32).</param>
/// <param name="LastThirdShare">Positions whose best layer lies in it; null without positions.</param>
/// <param name="FillerShare">Positions that read as filler at their best layer: the mask; null without positions.</param>
public sealed record BestLayerHistogram(IReadOnlyList<BestLayerCount> Layers, long Positions, int LastThirdFrom, double? LastThirdShare, double? FillerShare);
