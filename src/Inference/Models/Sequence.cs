using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>One sequence on its way through the decoder: where it stands, what stands before it, and the keys and values of what has passed.</summary>
internal sealed class Sequence : IDisposable
{
    private readonly TextConfig _config;
    private readonly int _capacity;
    private readonly (torch.Tensor Keys, torch.Tensor Values)[]? _cache;

    /// <summary>Starts a sequence.</summary>
    /// <param name="config">Sizes of the decoder.</param>
    /// <param name="capacity">Most positions of its own that it can grow to.</param>
    /// <param name="keep">Keep keys and values, so that positions can follow later (layers × 2 × capacity × key and value width).</param>
    /// <param name="prefix">The sequence it continues, whose positions other sequences may share; null for none.</param>
    internal Sequence(TextConfig config, int capacity, bool keep, Sequence? prefix)
    {
        _config = config;
        _capacity = capacity;
        _cache = keep ? new (torch.Tensor, torch.Tensor)[config.Layers] : null;
        Prefix = prefix;
    }

    /// <summary>The sequence this one continues.</summary>
    public Sequence? Prefix { get; }

    /// <summary>Whether keys and values are kept, so that positions can follow later.</summary>
    public bool IsKept => _cache is not null;

    /// <summary>The position of the next row: what has passed all blocks, the prefix included.</summary>
    public int Past => (Prefix?.Past ?? 0) + Passed;

    /// <summary>Rows of its own that have passed all blocks.</summary>
    public int Passed { get; private set; }

    /// <summary>Rows are about to come.</summary>
    public void Announce(int rows)
    {
        if (Passed > 0 && _cache is null)
        {
            throw NotKept();
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(Passed + rows, _capacity);
    }

    /// <summary>Rows have passed the last block.</summary>
    public void Advance(int rows) => Passed += rows;

    /// <summary>Keeps a block's new keys and values, if they are to be kept, and gives all of this sequence's own so far.</summary>
    /// <param name="block">Index of the block, from 0.</param>
    /// <param name="keys">1 × key heads × rows × head size, rotated.</param>
    /// <param name="values">1 × key heads × rows × head size.</param>
    public (torch.Tensor Keys, torch.Tensor Values) Extend(int block, torch.Tensor keys, torch.Tensor values)
    {
        if (_cache is null)
        {
            return (keys, values);
        }

        var rows = keys.shape[2];
        ref var kept = ref _cache[block];
        if (kept.Keys is null)
        {
            kept = (Allocate(keys), Allocate(keys));
        }

        kept.Keys.narrow(2, Passed, rows).copy_(keys);
        kept.Values.narrow(2, Passed, rows).copy_(values);
        return Passed == 0 ? (keys, values) : (kept.Keys.narrow(2, 0, Passed + rows), kept.Values.narrow(2, 0, Passed + rows));
    }

    /// <summary>A block's keys and values of all that has passed.</summary>
    public (torch.Tensor Keys, torch.Tensor Values) Kept(int block)
    {
        if (_cache is null)
        {
            throw NotKept();
        }

        var (keys, values) = _cache[block];
        return (keys.narrow(2, 0, Passed), values.narrow(2, 0, Passed));
    }

    /// <summary>The first of a block's keys and values, as they lie in memory.</summary>
    /// <param name="block">Index of the block, from 0.</param>
    /// <param name="rows">How many.</param>
    public AttentionKernel.Stretch KeptRows(int block, int rows)
    {
        var (keys, values) = (_cache ?? throw NotKept())[block];
        return new AttentionKernel.Stretch(TensorMemory.Address(keys), TensorMemory.Address(values), rows, _config.HeadSize, _capacity * _config.HeadSize);
    }

    public void Dispose()
    {
        foreach (var (keys, values) in _cache ?? [])
        {
            // A block that was never reached has none.
            keys?.Dispose();
            values?.Dispose();
        }
    }

    private static InvalidOperationException NotKept() => new("The sequence was started without keeping keys and values.");

    private torch.Tensor Allocate(torch.Tensor like) =>
        torch.empty([1, _config.KeyValueHeads, _capacity, _config.HeadSize], dtype: like.dtype, device: like.device).DetachFromDisposeScope();
}
