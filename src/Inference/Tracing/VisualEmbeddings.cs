namespace LogitLens.Inference.Tracing;

/// <summary>The input embeddings at the picture's patches: what the projector gives the decoder.</summary>
/// <param name="Positions">The patches' positions, ascending, N.</param>
/// <param name="Mean">Their mean, as many values as the residual stream is wide.</param>
/// <param name="Norms">N Euclidean norms.</param>
/// <param name="Registers">
/// Positions of patches whose norm is over the mean norm by more than two standard deviations (unbiased): such patches hold what is said of the whole
/// picture rather than of their place (Darcet et al. 2024).
/// </param>
public sealed record VisualEmbeddings(IReadOnlyList<int> Positions, IReadOnlyList<float> Mean, IReadOnlyList<float> Norms, IReadOnlyList<int> Registers);
