namespace LogitLens.Inference;

/// <summary>Asks an analysis for hidden states beside the readings.</summary>
/// <param name="Layers">The layers handed over (0 = <c>emb</c>, then 1…L), in any order, whether the lens reads them or not.</param>
/// <param name="OnState">
/// Called on the computing thread with each layer as it is computed: the prompt's positions layer by layer, then the fed-back positions of the answer.
/// Positions × width × 4 bytes each: whoever keeps them all keeps gigabytes.
/// </param>
public sealed record HiddenStateRequest(IReadOnlyList<int> Layers, Action<HiddenState> OnState);
