using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Export;

/// <summary>What a reading's scores mean.</summary>
internal static class Scores
{
    /// <summary>The probability of a top-k place.</summary>
    public static float Probability(LayerArrays layer, int at) => Probability(layer.Scores[at]);

    /// <summary>The log-probability of a top-k place; null where the source gave probabilities alone.</summary>
    public static float? LogProbability(LayerArrays layer, int at) => layer.Scores[at];

    /// <summary>The probability of a tracked place.</summary>
    public static float TrackedProbability(LayerArrays layer, int at) => Probability(layer.TrackedScores[at]);

    /// <summary>The log-probability of a tracked place; null where the source gave probabilities alone.</summary>
    public static float? TrackedLogProbability(LayerArrays layer, int at) => layer.TrackedScores[at];

    private static float Probability(float logProbability) => logProbability <= 0 ? (float)Math.Exp(logProbability) : 1;
}
