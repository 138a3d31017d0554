using LogitLens.Inference.Checkpoints;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>One sequence on its way through the decoder: where it stands, its rotary tables, its mask, and the keys and values of what has passed.</summary>
internal sealed class Sequence : IDisposable
{
    private readonly TextConfig _config;
    private readonly torch.Device _device;
    private readonly torch.ScalarType _type;
    private readonly int _capacity;
    private readonly (torch.Tensor Keys, torch.Tensor Values)[]? _cache;
    private torch.Tensor? _mask;
    private int _rows;

    /// <summary>Starts a sequence.</summary>
    /// <param name="config">Sizes of the decoder.</param>
    /// <param name="device">Where the decoder computes.</param>
    /// <param name="type">The type it computes in.</param>
    /// <param name="capacity">Most positions the sequence can grow to.</param>
    /// <param name="keep">Keep keys and values, so that positions can follow later (layers × 2 × capacity × key and value width).</param>
    public Sequence(TextConfig config, torch.Device device, torch.ScalarType type, int capacity, bool keep)
    {
        _config = config;
        _device = device;
        _type = type;
        _capacity = capacity;
        _cache = keep ? new (torch.Tensor, torch.Tensor)[config.Layers] : null;
        Rotary = new RotaryEmbedding(capacity, config.HeadSize, config.RopeTheta, device, type);
    }

    public RotaryEmbedding Rotary { get; }

    /// <summary>Positions that have passed all blocks.</summary>
    public int Past { get; private set; }

    /// <summary>Announces the next rows, before they pass the first block.</summary>
    public void Begin(int rows)
    {
        if (Past > 0 && _cache is null)
        {
            throw new InvalidOperationException("The sequence was started without keeping keys and values.");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(Past + rows, _capacity);
        _rows = rows;
        _mask?.Dispose();
        _mask = null;
        if (rows > 1 && (Past > 0 || Past + rows > _config.SlidingWindow))
        {
            _mask = BuildMask();
        }
    }

    /// <summary>The rows have passed the last block.</summary>
    public void End() => Past += _rows;

    /// <summary>softmax(q·kᵀ / √size + mask)·v for the rows announced, over everything up to them.</summary>
    /// <param name="block">Index of the block, from 0.</param>
    /// <param name="queries">1 × heads × rows × head size.</param>
    /// <param name="keys">1 × key heads × rows × head size, rotated.</param>
    /// <param name="values">1 × key heads × rows × head size.</param>
    /// <returns>1 × heads × rows × head size.</returns>
    public torch.Tensor Attend(int block, torch.Tensor queries, torch.Tensor keys, torch.Tensor values)
    {
        if (_cache is not null)
        {
            (keys, values) = Extend(block, keys, values);
        }

        // A single query sees all keys that a window leaves: no mask, only fewer keys.
        var length = keys.shape[2];
        if (_rows == 1 && length > _config.SlidingWindow)
        {
            var window = _config.SlidingWindow.Value;
            keys = keys.narrow(2, length - window, window);
            values = values.narrow(2, length - window, window);
        }

        var group = _config.Heads / _config.KeyValueHeads;
        if (group > 1)
        {
            keys = keys.repeat_interleave(group, 1);
            values = values.repeat_interleave(group, 1);
        }

        return torch.nn.functional.scaled_dot_product_attention(queries, keys, values, _mask, is_casual: _rows > 1 && _mask is null);
    }

    public void Dispose()
    {
        Rotary.Dispose();
        _mask?.Dispose();
        foreach (var (keys, values) in _cache ?? [])
        {
            // A block that was never reached has none.
            keys?.Dispose();
            values?.Dispose();
        }
    }

    private (torch.Tensor Keys, torch.Tensor Values) Extend(int block, torch.Tensor keys, torch.Tensor values)
    {
        ref var kept = ref _cache![block];
        if (kept.Keys is null)
        {
            kept.Keys = Allocate();
            kept.Values = Allocate();
        }

        kept.Keys.narrow(2, Past, _rows).copy_(keys);
        kept.Values.narrow(2, Past, _rows).copy_(values);
        return Past == 0 ? (keys, values) : (kept.Keys.narrow(2, 0, Past + _rows), kept.Values.narrow(2, 0, Past + _rows));
    }

    private torch.Tensor Allocate() =>
        torch.empty([1, _config.KeyValueHeads, _capacity, _config.HeadSize], dtype: _type, device: _device).DetachFromDisposeScope();

    /// <summary>rows × (past + rows), true where a query may look: not ahead, and not further back than the window, itself included.</summary>
    private torch.Tensor BuildMask()
    {
        using var scope = torch.NewDisposeScope();
        var queries = torch.arange(Past, Past + _rows, device: _device).unsqueeze(1);
        var keys = torch.arange(0, Past + _rows, device: _device).unsqueeze(0);
        var mask = keys.le(queries);
        if (_config.SlidingWindow is { } window)
        {
            mask = mask.logical_and(keys.gt(queries.sub(window)));
        }

        return mask.DetachFromDisposeScope();
    }
}
