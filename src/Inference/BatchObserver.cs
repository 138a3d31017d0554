using LogitLens.Inference.Lens;

namespace LogitLens.Inference;

/// <summary>Who is told what comes of a batch, on the computing thread. The index says which input is meant.</summary>
/// <param name="OnReading">
/// Called with each reading: first the prompt's positions, layer by layer; after the answer, one more reading per chosen layer for the answer tokens that
/// were fed back (all but the last generated; none if fewer than two), with <see cref="LayerReading.FirstPosition"/> after the prompt's last.
/// </param>
public sealed record BatchObserver(Action<int, LayerReading> OnReading)
{
    /// <summary>Called with each step done, for the batch as a whole.</summary>
    public Action<AnalysisProgress>? OnProgress { get; init; }

    /// <summary>Called when one input cannot be read any further; the others go on. Where it is null, the batch ends with the exception.</summary>
    public Action<int, RefusedInputException>? OnRefused { get; init; }

    /// <summary>Asked before each layer and each answer token whether an input's results are still wanted; null where they always are. When none is, the batch ends.</summary>
    public Func<int, bool>? IsWanted { get; init; }

    /// <summary>Layers whose residual streams are handed to <see cref="OnState"/> (0 = <c>emb</c>, then 1…L).</summary>
    public IReadOnlyList<int> HiddenLayers { get; init; } = [];

    /// <summary>Called with each hidden state asked for.</summary>
    public Action<int, HiddenState>? OnState { get; init; }
}
