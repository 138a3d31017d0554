namespace LogitLens.Storage.Tokens;

/// <summary>A token at one layer, among patches or among text.</summary>
/// <param name="Positions">How many positions read it there: as top-1, or with at least the run's threshold.</param>
/// <param name="Best">Its greatest probability among them, in units of 1 / <see cref="TokenProbability.Units"/>.</param>
/// <param name="BestPosition">The first position that has it; 0 in a run's totals.</param>
internal readonly record struct TokenLayer(int Layer, TokenPlace Place, int Positions, int Best, int BestPosition);
