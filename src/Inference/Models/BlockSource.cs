using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Models;

/// <summary>Where the decoder gets a block's weights from, and gives them back to.</summary>
/// <remarks>All blocks are resident: taking one costs nothing and giving it back frees nothing. The decoder holds one block at a time, so that weights could be streamed here.</remarks>
internal sealed class BlockSource
{
    private readonly DecoderBlock[] _blocks;

    private BlockSource(DecoderBlock[] blocks) => _blocks = blocks;

    /// <summary>Loads every block.</summary>
    public static BlockSource Load(WeightLoader weights, TextConfig config)
    {
        var blocks = new DecoderBlock[config.Layers];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = DecoderBlock.Load(weights, config, i);
        }

        return new BlockSource(blocks);
    }

    /// <summary>Lends one block for the time of <paramref name="use"/>.</summary>
    /// <param name="index">Index of the block, from 0.</param>
    /// <param name="use">What is done with it.</param>
    public void Use(int index, Action<DecoderBlock> use) => use(_blocks[index]);
}
