using LogitLens.Inference.Checkpoints;

namespace LogitLens.Benchmarks.Engine;

/// <summary>Matrix products of one shape: (m × k) · (k × n), done <paramref name="Count"/> times.</summary>
/// <param name="IsOfAttention">Whether it is one of many small ones, a head of a picture each.</param>
internal sealed record Gemm(string Stage, long M, long K, long N, double Count, bool IsOfAttention = false)
{
    /// <summary>Floating-point operations: two for each multiply-and-add.</summary>
    public double Flops => 2.0 * M * K * N * Count;
}

/// <summary>What a batch of pictures costs in matrix products, from the checkpoint's sizes alone.</summary>
internal static class Work
{
    /// <summary>Every matrix product of a batch without answers, its pictures' rows multiplied together. Attention counts its full square, as dense attention computes it.</summary>
    /// <param name="config">The checkpoint's sizes.</param>
    /// <param name="positions">Length of the input sequence, P.</param>
    /// <param name="layersRead">Layers the lens reads.</param>
    /// <param name="pictures">Pictures of the batch.</param>
    internal static IReadOnlyList<Gemm> Of(CheckpointConfig config, int positions, int layersRead, int pictures)
    {
        var vision = config.Vision;
        var patches = (vision.ImageSize / vision.PatchSize) * (vision.ImageSize / vision.PatchSize);
        var tower = patches + 1;
        var allPatches = patches * pictures;
        var allTower = tower * pictures;
        var all = positions * pictures;

        // Feature layer −2 is the output of the last block but one.
        var deepest = config.VisionFeatureLayers.Max(layer => layer < 0 ? vision.Layers + 1 + layer : layer);
        var text = config.Text;
        var queryWidth = text.Heads * text.HeadSize;
        var keyWidth = text.KeyValueHeads * text.HeadSize;
        var visionHead = vision.HiddenSize / vision.Heads;
        return
        [
            new("tower", allPatches, vision.Channels * vision.PatchSize * vision.PatchSize, vision.HiddenSize, 1),
            new("tower", allTower, vision.HiddenSize, vision.HiddenSize, 4 * deepest),
            new("tower", allTower, vision.HiddenSize, vision.IntermediateSize, deepest),
            new("tower", allTower, vision.IntermediateSize, vision.HiddenSize, deepest),
            new("tower", tower, visionHead, tower, vision.Heads * deepest * pictures, IsOfAttention: true),
            new("tower", tower, tower, visionHead, vision.Heads * deepest * pictures, IsOfAttention: true),
            new("tower", allPatches, vision.HiddenSize * config.VisionFeatureLayers.Count, text.HiddenSize, 1),
            new("tower", allPatches, text.HiddenSize, text.HiddenSize, 1),
            new("decoder", all, text.HiddenSize, queryWidth, text.Layers),
            new("decoder", all, text.HiddenSize, keyWidth, 2 * text.Layers),
            new("decoder", all, queryWidth, text.HiddenSize, text.Layers),
            new("decoder", all, text.HiddenSize, text.IntermediateSize, 2 * text.Layers),
            new("decoder", all, text.IntermediateSize, text.HiddenSize, text.Layers),
            new("decoder", positions, text.HeadSize, positions, text.Heads * text.Layers * pictures, IsOfAttention: true),
            new("decoder", positions, positions, text.HeadSize, text.Heads * text.Layers * pictures, IsOfAttention: true),
            new("lens", all, text.HiddenSize, text.VocabularySize, layersRead),
        ];
    }
}
