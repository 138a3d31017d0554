namespace LogitLens.Storage.Readings;

/// <summary>The way hidden states were read.</summary>
public enum LensKind : byte
{
    /// <summary>Final norm and unembedding.</summary>
    Logit = 0,
}

/// <summary>What a reading's scores are.</summary>
public enum ScoreKind : byte
{
    /// <summary>Natural logarithm of the softmax probability.</summary>
    LogProbability = 0,
}

/// <summary>Which stretch of positions a reading covers.</summary>
public enum ReadingSegment : byte
{
    /// <summary>The prompt's positions, the picture's patches among them.</summary>
    Prompt = 0,

    /// <summary>Answer tokens that were fed back.</summary>
    Answer = 1,
}
