using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Tracing;

namespace LogitLens.Inference.Tests.Tracing;

public sealed class TraceMemoryTests
{
    // vicuna-7b in llava-1.5-7b-hf.
    private static readonly TextConfig Vicuna = new("llama", 4096, 11008, 32, 32, 32, 128, 32064, 4096, 10000, 1e-5, "silu", AttentionBias: false, SlidingWindow: null);

    [Fact]
    public void OfRelevancy_ForSevenBillionWeights_IsOneBlocksAttentionAndEveryBlocksInput() =>
        Assert.InRange(TraceMemory.OfRelevancy(Vicuna, 593), 32L * 593 * 4096 * 4, 1L << 30);

    [Fact]
    public void OfPass_KeepingLayers_IsMoreByTheirResidualStreams() =>
        Assert.Equal(31L * 593 * 4096 * 4, TraceMemory.OfPass(Vicuna, 593, keepsLayers: true) - TraceMemory.OfPass(Vicuna, 593, keepsLayers: false));

    [Fact]
    public void Require_MoreThanIsFree_NamesBothAndTheRemedy()
    {
        var refused = Assert.Throws<RefusedInputException>(() => TraceMemory.Require("Relevancy over 593 positions and 32 heads", 3L << 30, 2L << 30));

        Assert.StartsWith("Relevancy over 593 positions and 32 heads takes 3.0 GiB beside the weights, but 2.0 GiB are free: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Require_WhatIsFree_IsLetThrough() => TraceMemory.Require("A pass", 2L << 30, 2L << 30);
}
