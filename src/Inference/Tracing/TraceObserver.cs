using LogitLens.Inference.Lens;

namespace LogitLens.Inference.Tracing;

/// <summary>Who is told what a pass computes on its way; what nobody wants is not computed or not kept.</summary>
public sealed class TraceObserver
{
    /// <summary>Tokens read per position after attention.</summary>
    public const int AfterAttentionTopK = 5;

    /// <summary>Called after each block with the number done.</summary>
    public Action<int>? OnBlock { get; init; }

    /// <summary>Called with every head's attention, block by block.</summary>
    public Action<AttentionMap>? OnAttention { get; init; }

    /// <summary>Called block by block with what the lens reads between attention and MLP, <see cref="AfterAttentionTopK"/> tokens; the layer is the block, 1…L.</summary>
    public Action<LayerReading>? OnAfterAttention { get; init; }

    /// <summary>Called after the last block with the reading of each layer, <c>emb</c> to L.</summary>
    public Action<LayerReading>? OnReading { get; init; }

    /// <summary>Called after the last block with each layer and P divergences KL(final ‖ layer), in nats over the whole vocabulary; layer L's are 0.</summary>
    public Action<int, float[]>? OnDivergence { get; init; }

    /// <summary>Tokens per position that <see cref="OnReading"/> is told, 1…50.</summary>
    public int TopK { get; init; } = 10;

    internal bool WantsLayers => OnReading is not null || OnDivergence is not null;
}
