namespace LogitLens.Inference.Lens;

/// <summary>What the lens keeps.</summary>
/// <param name="TopK">Tokens kept per position and layer, 1…50.</param>
/// <param name="Layers">The layers read, ascending (0 = <c>emb</c>, then 1…L); null for all.</param>
/// <param name="Legacy">Norm twice at layer L, as llava-interp and its descendants do.</param>
/// <param name="TrackedTokens">Token ids whose probability and rank are kept at every position.</param>
public sealed record LensSettings(int TopK = 10, IReadOnlyList<int>? Layers = null, bool Legacy = false, IReadOnlyList<int>? TrackedTokens = null)
{
    /// <summary>The largest <see cref="TopK"/>.</summary>
    public const int MaxTopK = 50;
}
