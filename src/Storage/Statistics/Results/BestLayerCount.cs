namespace LogitLens.Storage.Statistics;

/// <summary>Positions whose best layer it is.</summary>
/// <param name="Share">Of all positions that have one.</param>
/// <param name="Filler">Those that read as filler there.</param>
public sealed record BestLayerCount(int Layer, long Count, double Share, long Filler);
