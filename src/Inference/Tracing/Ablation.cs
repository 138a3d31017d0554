namespace LogitLens.Inference.Tracing;

/// <summary>Input embeddings replaced before the first block.</summary>
/// <param name="Replacement">What takes their place.</param>
/// <param name="Positions">Positions, from 0.</param>
public sealed record Ablation(Replacement Replacement, IReadOnlyList<int> Positions) : Intervention;
