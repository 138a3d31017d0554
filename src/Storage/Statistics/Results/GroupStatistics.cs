namespace LogitLens.Storage.Statistics;

/// <summary>One group's positions, layer by layer.</summary>
public sealed record GroupStatistics(PositionGroup Group, BestLayerHistogram BestLayers, IReadOnlyList<LayerStatistics> Layers);
