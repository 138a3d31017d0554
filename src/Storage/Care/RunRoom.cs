namespace LogitLens.Storage.Care;

/// <summary>What a run's readings take, and what of it was let go.</summary>
/// <param name="Summaries">Bytes that always stay: top-1 tokens, probabilities, entropies.</param>
/// <param name="Rests">Bytes that retention lets go of: the tokens beyond top-1, and tracked ones.</param>
/// <param name="Gone">Done analyses whose rests were let go.</param>
/// <param name="Done">Done analyses.</param>
public sealed record RunRoom(long Summaries, long Rests, int Gone, int Done);
