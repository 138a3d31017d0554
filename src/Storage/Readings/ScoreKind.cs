namespace LogitLens.Storage.Readings;

/// <summary>What a reading's scores are.</summary>
public enum ScoreKind : byte
{
    /// <summary>Natural logarithm of the softmax probability.</summary>
    LogProbability = 0,
}
