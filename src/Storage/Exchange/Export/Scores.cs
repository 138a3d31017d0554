using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Export;

/// <summary>What a reading's scores mean to people: a probability, and its logarithm where that is what was kept.</summary>
internal static class Scores
{
    /// <summary>The probability of a top-k place.</summary>
    public static float Probability(LayerArrays layer, int at) => Probability(layer, layer.Scores[at]);

    /// <summary>The log-probability of a top-k place; null where the source gave probabilities alone.</summary>
    public static float? LogProbability(LayerArrays layer, int at) => IsLogarithm(layer) ? layer.Scores[at] : null;

    /// <summary>The probability of a tracked place.</summary>
    public static float TrackedProbability(LayerArrays layer, int at) => Probability(layer, layer.TrackedScores[at]);

    /// <summary>The log-probability of a tracked place; null where the source gave probabilities alone.</summary>
    public static float? TrackedLogProbability(LayerArrays layer, int at) => IsLogarithm(layer) ? layer.TrackedScores[at] : null;

    /// <summary>Whether the scores are natural logarithms.</summary>
    public static bool IsLogarithm(LayerArrays layer) => layer.Score == ScoreKind.LogProbability;

    // By way of double, as the explorer does: criteria that compare probabilities then agree with it to the last bit.
    private static float Probability(LayerArrays layer, float score) => !IsLogarithm(layer) ? score : score <= 0 ? (float)Math.Exp(score) : 1;
}
