namespace LogitLens.Inference.Tracing;

/// <summary>What takes the place of an input embedding.</summary>
public enum Replacement
{
    /// <summary>The mean of the embeddings at the picture's patches.</summary>
    Mean,

    /// <summary>Zeros.</summary>
    Zero,
}
