namespace LogitLens.Storage.Readings;

/// <summary>One layer's reading as flat arrays, row-major: what goes into the codec and comes out of it.</summary>
/// <param name="Ids">Positions × TopK.</param>
/// <param name="TopK">Ranks that are here: <paramref name="FirstRank"/>, <paramref name="FirstRank"/> + 1, …</param>
/// <param name="Scores">
/// Positions × TopK: natural log-probabilities, kept in half precision; or (<see cref="ScoreKind.PrintedProbability"/>) probabilities, kept in units of
/// 1/10,000. <see cref="ProbabilityOf"/> reads either.
/// </param>
/// <param name="EntropyBits">Positions, kept in half precision; null where the source has none.</param>
/// <param name="TrackedScores">Positions × Tracked.Length, as <paramref name="Scores"/>.</param>
/// <param name="TrackedRanks">Positions × Tracked.Length.</param>
/// <param name="FirstRank">0 for a whole layer and for a summary, 1 for the rest: see <see cref="ReadingCodec"/>.</param>
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
    bool Legacy = false,
    int FirstRank = 0)
{
    /// <summary>The probability behind one of <see cref="Scores"/> or <see cref="TrackedScores"/>.</summary>
    public float ProbabilityOf(float score) => Score == ScoreKind.PrintedProbability ? score : MathF.Exp(score);
}
