using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>Where a tower's or decoder's blocks come from, one at a time: all in memory, or one place that each block's weights are read into in turn.</summary>
internal sealed class BlockSource<TBlock>
{
    private readonly TBlock[] _blocks;
    private readonly WeightSlot? _slot;

    private BlockSource(int count, TBlock[] blocks, WeightSlot? slot)
    {
        Count = count;
        _blocks = blocks;
        _slot = slot;
    }

    /// <summary>Number of blocks.</summary>
    public int Count { get; }

    /// <summary>Loads every block, or makes the place for one.</summary>
    /// <param name="weights">Where weights come from, and who owns them.</param>
    /// <param name="residency">Resident or streamed.</param>
    /// <param name="count">Number of blocks, all alike.</param>
    /// <param name="nameOf">What the keys of a block's weights begin with.</param>
    /// <param name="create">Makes a block of weights with that beginning.</param>
    /// <param name="deviceOf">Where a resident block is, if not where everything is.</param>
    public static BlockSource<TBlock> Load(
        WeightLoader weights,
        Residency residency,
        int count,
        Func<int, string> nameOf,
        Func<WeightLoader, string, TBlock> create,
        Func<int, torch.Device>? deviceOf = null)
    {
        if (residency == Residency.Streamed && count > 1)
        {
            var slot = weights.AddSlot(count, nameOf);
            return new BlockSource<TBlock>(count, [create(weights.Into(slot), nameOf(0))], slot);
        }

        var blocks = new TBlock[count];
        for (var i = 0; i < count; i++)
        {
            blocks[i] = create(deviceOf is null ? weights : weights.On(deviceOf(i)), nameOf(i));
        }

        return new BlockSource<TBlock>(count, blocks, slot: null);
    }

    /// <summary>A block will be wanted soon: where blocks are streamed, its reading starts.</summary>
    public void Prepare(int index) => _slot?.Prepare(index);

    /// <summary>Lends one block for the time of <paramref name="use"/>.</summary>
    /// <param name="index">Index of the block, from 0.</param>
    /// <param name="next">The block wanted after it, to be read meanwhile; null for none.</param>
    /// <param name="isForFewRows">At most <see cref="StoredProduct.MostRows"/> rows will go through it.</param>
    /// <param name="use">What is done with it.</param>
    /// <param name="cancellationToken">Looked at while the block is waited for.</param>
    /// <exception cref="RefusedInputException">The checkpoint's files can no longer be read.</exception>
    public void Use(int index, int? next, bool isForFewRows, Action<TBlock> use, CancellationToken cancellationToken)
    {
        if (_slot is null)
        {
            use(_blocks[index]);
            return;
        }

        _slot.Take(index, isForFewRows, cancellationToken);
        if (next is { } following)
        {
            _slot.Prepare(following);
        }

        use(_blocks[0]);
    }
}
