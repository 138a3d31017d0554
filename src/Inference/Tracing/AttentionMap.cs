namespace LogitLens.Inference.Tracing;

/// <summary>One head's attention in one block.</summary>
/// <param name="Block">The block, 1…L.</param>
/// <param name="Head">The query head, from 0.</param>
/// <param name="Positions">P.</param>
/// <param name="Weights">P × P softmax weights, a query's keys one beside the other: rows add up to 1, keys a query does not see are 0.</param>
public sealed record AttentionMap(int Block, int Head, int Positions, float[] Weights);
