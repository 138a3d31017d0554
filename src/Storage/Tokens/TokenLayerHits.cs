namespace LogitLens.Storage.Tokens;

/// <summary>A token at one layer, among patches or among text.</summary>
/// <param name="Layer">0 = emb.</param>
/// <param name="Positions">Positions that read it there: as top-1, or with at least the run's threshold.</param>
/// <param name="Best">Its greatest probability among them.</param>
/// <param name="BestPosition">The first position that has it; null where several analyses are summed.</param>
public sealed record TokenLayerHits(int Layer, TokenPlace Place, long Positions, double Best, int? BestPosition);
