namespace LogitLens.Storage.Readings;

/// <summary>What a reading's scores are.</summary>
public enum ScoreKind : byte
{
    /// <summary>Natural logarithm of the softmax probability.</summary>
    LogProbability = 0,

    /// <summary>The softmax probability as an imported file printed it, with at most four decimals; kept exactly, in units of 1/10,000.</summary>
    PrintedProbability = 1,
}
