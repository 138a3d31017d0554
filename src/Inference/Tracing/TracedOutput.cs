namespace LogitLens.Inference.Tracing;

/// <summary>What a pass ends with.</summary>
/// <param name="LastState">P × width: the residual stream after block L, raw (no final norm).</param>
/// <param name="LastLogits">The last position's logits, one a word of the vocabulary: they say which token comes next.</param>
public sealed record TracedOutput(float[] LastState, float[] LastLogits)
{
    /// <summary>The most probable next token; the lowest id on ties.</summary>
    public int TopToken => Array.IndexOf(LastLogits, LastLogits.Max());

    /// <summary>A token's probability to come next, 0…1.</summary>
    /// <param name="token">Its id.</param>
    public double ProbabilityOf(int token)
    {
        var most = (double)LastLogits.Max();
        return Math.Exp(LastLogits[token] - most) / LastLogits.Sum(logit => Math.Exp(logit - most));
    }
}
