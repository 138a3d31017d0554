namespace LogitLens.Inference.Lens;

/// <summary>What the lens reads at one layer for a stretch of positions: plain flat arrays, row-major, fp32.</summary>
/// <param name="Layer">0 = <c>emb</c> (input embeddings), n = output of block n.</param>
/// <param name="FirstPosition">Index of the first position in the model's input sequence.</param>
/// <param name="Positions">Number of positions, P.</param>
/// <param name="TopK">Tokens kept per position, k.</param>
/// <param name="Ids">P × k token ids, by falling probability (lower id first on ties).</param>
/// <param name="LogProbabilities">P × k natural logarithms of the softmax over the whole vocabulary.</param>
/// <param name="EntropyBits">P entropies over the whole vocabulary, in bits.</param>
/// <param name="LogSumExp">P values of log Σ exp(logit), natural.</param>
/// <param name="Tracked">The tracked tokens' ids, T; empty if none.</param>
/// <param name="TrackedLogProbabilities">P × T natural log-probabilities.</param>
/// <param name="TrackedRanks">P × T ranks, 1 = most probable.</param>
public sealed record LayerReading(
    int Layer,
    int FirstPosition,
    int Positions,
    int TopK,
    int[] Ids,
    float[] LogProbabilities,
    float[] EntropyBits,
    float[] LogSumExp,
    int[] Tracked,
    float[] TrackedLogProbabilities,
    int[] TrackedRanks);
