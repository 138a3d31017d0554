namespace LogitLens.Storage.Readings;

/// <summary>One layer's reading as flat arrays, row-major: what goes into the codec and comes out of it.</summary>
/// <param name="Ids">Positions × TopK.</param>
/// <param name="Scores">Positions × TopK natural log-probabilities, kept in half precision.</param>
/// <param name="EntropyBits">Positions, kept in half precision; null where the source has none.</param>
/// <param name="TrackedScores">Positions × Tracked.Length.</param>
/// <param name="TrackedRanks">Positions × Tracked.Length.</param>
public sealed record LayerArrays(
    int Layer,
    int FirstPosition,
    int Positions,
    int TopK,
    int[] Ids,
    float[] Scores,
    float[]? EntropyBits,
    int[] Tracked,
    float[] TrackedScores,
    int[] TrackedRanks,
    LensKind Lens = LensKind.Logit,
    ScoreKind Score = ScoreKind.LogProbability,
    bool Legacy = false);
