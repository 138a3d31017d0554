using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Models;

/// <summary>What a checkpoint takes on the CPU, in bytes.</summary>
/// <param name="Resident">All weights in fp32.</param>
/// <param name="Streamed">What stays in memory where blocks are streamed: the unembedding, the projector and other small parts, one block of tower and decoder in fp32 and one as stored, and a second of the decoder's for answers.</param>
/// <param name="DecoderBlock">One block of the decoder in fp32.</param>
/// <param name="PerPosition">What one position of one picture takes on its way: residual stream, the widest intermediate results, keys and values.</param>
internal sealed record ModelBytes(long Resident, long Streamed, long DecoderBlock, long PerPosition)
{
    /// <summary>Counts a checkpoint's tensors.</summary>
    public static ModelBytes Of(CheckpointConfig config, WeightStore weights)
    {
        const string DecoderBlocks = "language_model.model.layers.";
        const string TowerBlocks = "vision_tower.vision_model.encoder.layers.";
        long resident = 0, kept = 0;
        var decoder = new Dictionary<string, (long Wide, long Stored)>(StringComparer.Ordinal);
        var tower = new Dictionary<string, (long Wide, long Stored)>(StringComparer.Ordinal);
        foreach (var key in weights.Keys.Where(key => !(config.TieWordEmbeddings && key == RequiredWeights.Embedding)))
        {
            var tensor = weights.TensorOf(key);
            var wide = tensor.Elements * sizeof(float);
            resident += wide;
            var blocks = key.StartsWith(DecoderBlocks, StringComparison.Ordinal) ? decoder : key.StartsWith(TowerBlocks, StringComparison.Ordinal) ? tower : null;
            if (blocks is null)
            {
                kept += key == RequiredWeights.Embedding ? 0 : wide;
                continue;
            }

            var rest = key.AsSpan((blocks == decoder ? DecoderBlocks : TowerBlocks).Length);
            var block = rest[..Math.Max(0, rest.IndexOf('.'))].ToString();
            var (sum, stored) = blocks.GetValueOrDefault(block);
            blocks[block] = (sum + wide, stored + tensor.End - tensor.Begin);
        }

        // The multiplication rearranges a block's largest weight into memory of its own.
        var text = config.Text;
        var streamed = kept + Most(decoder) + Most(tower) + (decoder.Count == 0 ? 0 : decoder.Values.Max(block => block.Stored)) + ((long)text.IntermediateSize * text.HiddenSize * sizeof(float));
        var queries = (long)text.Heads * text.HeadSize;
        var keys = (long)text.KeyValueHeads * text.HeadSize;
        var perPosition = sizeof(float) * ((4L * text.HiddenSize) + (3 * queries) + (4 * keys) + (3L * text.IntermediateSize) + (2L * text.Layers * keys));
        return new ModelBytes(resident, streamed, decoder.Count == 0 ? 0 : decoder.Values.Max(block => block.Wide), perPosition);
    }

    private static long Most(Dictionary<string, (long Wide, long Stored)> blocks) => blocks.Count == 0 ? 0 : blocks.Values.Max(block => block.Wide + block.Stored);
}
