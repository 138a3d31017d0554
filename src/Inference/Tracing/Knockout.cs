namespace LogitLens.Inference.Tracing;

/// <summary>
/// Attention knockout (Geva et al. 2023): in the blocks named, no head of a query sees the keys named; what it still sees shares the attention.
/// </summary>
/// <param name="Blocks">Blocks, 1…L; none changes nothing.</param>
/// <param name="Queries">Positions, from 0, that look.</param>
/// <param name="Keys">Positions, from 0, that are hidden from them. Keys behind a query are hidden from it anyway.</param>
public sealed record Knockout(IReadOnlyList<int> Blocks, IReadOnlyList<int> Queries, IReadOnlyList<int> Keys) : Intervention;
