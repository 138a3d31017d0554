namespace LogitLens.Inference;

/// <summary>The residual stream at one layer for a stretch of positions, raw: no final norm was applied to it. Row-major, fp32.</summary>
/// <param name="Layer">0 = <c>emb</c> (input embeddings), n = output of block n.</param>
/// <param name="FirstPosition">Index of the first position in the model's input sequence.</param>
/// <param name="Positions">Number of positions, P.</param>
/// <param name="Width">Width of the residual stream, D.</param>
/// <param name="Values">P × D values, the receiver's to keep.</param>
public sealed record HiddenState(int Layer, int FirstPosition, int Positions, int Width, float[] Values);
