namespace LogitLens.Storage.Tokens;

/// <summary>A token that fits a search, summed over the runs searched.</summary>
/// <param name="CheckpointHash">Ids mean something within a checkpoint only.</param>
/// <param name="Analyses">In how many analyses it was read, at any layer, in the places asked for.</param>
/// <param name="Positions">How often, over all layers asked for.</param>
/// <param name="Best">Its greatest probability there.</param>
/// <param name="Layers">Where, of the layers and places asked for; ascending.</param>
public sealed record FoundToken(
    string CheckpointHash, int Id, string Text, string Display, byte Kind, long Analyses, long Positions, double Best, IReadOnlyList<TokenLayerHits> Layers);
