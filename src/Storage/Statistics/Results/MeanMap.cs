namespace LogitLens.Storage.Statistics;

/// <summary>A mean over analyses for each cell of the picture's grid.</summary>
/// <param name="Tile">The tile of the grid; 0 for models that see one crop, and the overview of those that see tiles.</param>
/// <param name="Values">Row-major; null where there is nothing.</param>
/// <param name="Patches">How many patches are in it.</param>
/// <param name="Normalised">Grids of several shapes went in: each was laid over the most frequent one by area.</param>
public sealed record MeanMap(MapQuantity Quantity, int? Layer, int Tile, int Rows, int Columns, IReadOnlyList<double?> Values, long Patches, bool Normalised);
