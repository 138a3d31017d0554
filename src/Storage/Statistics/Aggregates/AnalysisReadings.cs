using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>An analysis' readings as statistics take them; rank 0 is all they need (and rank 1 for <see cref="BestLayerCriterion.Margin"/>).</summary>
/// <param name="Positions">Where the positions lie.</param>
/// <param name="FinalLayer">L.</param>
/// <param name="Prompt">Layers of the prompt segment, ascending.</param>
/// <param name="Answer">Layers of the answer segment, ascending, or none.</param>
internal sealed record AnalysisReadings(PositionMap Positions, int FinalLayer, IReadOnlyList<LayerArrays> Prompt, IReadOnlyList<LayerArrays> Answer);
