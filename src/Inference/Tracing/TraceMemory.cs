using System.Globalization;
using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Tracing;

/// <summary>What passes take in memory beside the weights. Pure: sizes in, bytes out.</summary>
internal static class TraceMemory
{
    /// <summary>A pass: one head's attention at a time; residual streams of all layers where they are read at the end.</summary>
    internal static long OfPass(TextConfig config, long positions, bool keepsLayers) =>
        sizeof(float) * (((keepsLayers ? config.Layers + 1L : 2L) * positions * config.HiddenSize) + OfBlock(config, positions) + (5 * positions * positions)) + PlainLens.Bytes;

    /// <summary>Relevancy: each block's input, and one block with everything its gradients need, all heads' attention at once.</summary>
    internal static long OfRelevancy(TextConfig config, long positions) =>
        sizeof(float) * ((config.Layers * positions * config.HiddenSize) + (2 * OfBlock(config, positions)) + (5 * config.Heads * positions * positions));

    /// <summary>Refuses what does not fit.</summary>
    /// <exception cref="RefusedInputException">It takes more than is free.</exception>
    internal static void Require(string what, long bytes, long free)
    {
        if (bytes > free)
        {
            throw new RefusedInputException(
                $"{what} takes {Gibibytes(bytes)} GiB beside the weights, but {Gibibytes(free)} GiB are free: free memory, let the weights be streamed (residency streamed), or take a shorter prompt or a smaller picture.");
        }
    }

    private static long OfBlock(TextConfig config, long positions) =>
        positions * ((6L * config.HiddenSize) + (4L * config.Heads * config.HeadSize) + (4L * config.IntermediateSize));

    private static string Gibibytes(long bytes) => (bytes / (double)(1L << 30)).ToString("0.0", CultureInfo.InvariantCulture);
}
