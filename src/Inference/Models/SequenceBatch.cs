using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>
/// Sequences that go through the decoder together, their rows one below the other in one residual stream: every weight meets all rows at once, only
/// attention looks at each sequence by itself.
/// </summary>
internal sealed class SequenceBatch : IDisposable
{
    private readonly TextConfig _config;
    private readonly RotaryEmbedding _rotary;
    private readonly List<Sequence> _sequences = [];
    private Moving[] _moving = [];
    private (torch.Tensor Cos, torch.Tensor Sin)? _angles;
    private bool _isForKernel;

    /// <summary>Starts an empty batch.</summary>
    /// <param name="config">Sizes of the decoder.</param>
    /// <param name="device">Where the decoder computes.</param>
    /// <param name="type">The type it computes in.</param>
    /// <param name="positions">Most positions that any sequence can grow to, its prefix included.</param>
    public SequenceBatch(TextConfig config, torch.Device device, torch.ScalarType type, int positions)
    {
        _config = config;
        _rotary = new RotaryEmbedding(positions, config.HeadSize, config.RopeTheta, device, type);
    }

    /// <summary>Adds a sequence; disposed with the batch.</summary>
    /// <param name="capacity">Most positions of its own that it can grow to.</param>
    /// <param name="keep">Keep keys and values, so that positions can follow later.</param>
    /// <param name="prefix">An earlier sequence of the batch that this one continues.</param>
    public Sequence Add(int capacity, bool keep, Sequence? prefix = null)
    {
        var sequence = new Sequence(_config, capacity, keep, prefix);
        _sequences.Add(sequence);
        return sequence;
    }

    /// <summary>Announces the next rows, in the order in which they lie in the residual stream. A prefix that moves too comes before those that continue it.</summary>
    public void Begin(params ReadOnlySpan<(Sequence Sequence, int Rows)> moving)
    {
        Forget();

        // A single query meets each key once: nothing is gained by packing them.
        _isForKernel = AttentionKernel.IsSupported && _rotary.Device.type == DeviceType.CPU && moving.ToArray().Any(one => one.Rows > 1);
        var all = new List<Moving>(moving.Length);
        var positions = new List<long>();
        for (var i = 0; i < moving.Length; i++)
        {
            var (sequence, rows) = moving[i];
            sequence.Announce(rows);
            var prefix = all.FindIndex(other => other.Sequence == sequence.Prefix);
            var first = sequence.Past + (prefix < 0 ? 0 : all[prefix].Rows);
            all.Add(new Moving(sequence, positions.Count, rows, prefix, _isForKernel ? null : MaskOf(first, rows)));
            positions.AddRange(Enumerable.Range(first, rows).Select(position => (long)position));
        }

        _moving = [.. all];
        var (cos, sin) = _rotary.RowsAt([.. positions]);
        _angles = (cos.DetachFromDisposeScope(), sin.DetachFromDisposeScope());
    }

    /// <summary>The rows announced have passed the last block.</summary>
    public void End()
    {
        foreach (var moving in _moving)
        {
            moving.Sequence.Advance(moving.Rows);
        }

        Forget();
    }

    /// <summary>softmax(q·kᵀ / √size + mask)·v for the rows announced, each over everything in its own sequence up to itself.</summary>
    /// <param name="block">Index of the block, from 0.</param>
    /// <param name="heads">rows × (query heads + 2 × key heads) × head size, not yet rotated; is changed.</param>
    /// <returns>rows × (query heads × head size), contiguous: a new tensor, the caller's.</returns>
    public torch.Tensor Attend(int block, torch.Tensor heads)
    {
        using var scope = torch.NewDisposeScope();
        var (cos, sin) = _angles ?? throw new InvalidOperationException("No rows were announced.");
        RotaryEmbedding.Apply(heads, _config.Heads + _config.KeyValueHeads, cos.to(heads.device), sin.to(heads.device));
        if (_isForKernel)
        {
            return AttendByKernel(block, heads).MoveToOuterDisposeScope();
        }

        if (_moving.Length > 1 && _moving.All(moving => moving.Mask is null && moving.Rows == _moving[0].Rows && moving.Rows > 1))
        {
            return AttendAlike(block, heads).MoveToOuterDisposeScope();
        }

        var own = new (torch.Tensor Keys, torch.Tensor Values)[_moving.Length];
        var mixed = new torch.Tensor[_moving.Length];
        for (var i = 0; i < _moving.Length; i++)
        {
            var moving = _moving[i];

            // rows × heads × size becomes 1 × heads × rows × size. Views only: the kernel takes strides.
            var byHead = heads.narrow(0, moving.FirstRow, moving.Rows).transpose(0, 1).unsqueeze(0);
            own[i] = moving.Sequence.Extend(block, Keys(byHead), Values(byHead));
            var (keys, values) = own[i];
            if (moving.Sequence.Prefix is { } prefix)
            {
                var before = moving.Prefix < 0 ? prefix.Kept(block) : own[moving.Prefix];
                keys = torch.cat([before.Keys, keys], 2);
                values = torch.cat([before.Values, values], 2);
            }

            mixed[i] = Rows(Attend(byHead.narrow(1, 0, _config.Heads), keys, values, moving.Mask));
        }

        return (mixed.Length == 1 ? mixed[0] : torch.cat(mixed, 0)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Forget();
        _rotary.Dispose();
        foreach (var sequence in _sequences)
        {
            sequence.Dispose();
        }
    }

    private torch.Tensor AttendByKernel(int block, torch.Tensor heads)
    {
        var mixed = torch.empty(heads.shape[0], (long)_config.Heads * _config.HeadSize);
        var (from, to) = (TensorMemory.Address(heads), TensorMemory.Address(mixed));
        var form = new AttentionKernel.Form(
            _config.Heads, _config.KeyValueHeads, _config.HeadSize, checked((int)(heads.shape[1] * heads.shape[2])), IsCausal: true, _config.SlidingWindow);
        var works = new AttentionKernel.Work[_moving.Length];
        for (var i = 0; i < _moving.Length; i++)
        {
            var (sequence, first, rows, prefix, _) = _moving[i];
            if (sequence.IsKept)
            {
                var byHead = heads.narrow(0, first, rows).transpose(0, 1).unsqueeze(0);
                sequence.Extend(block, Keys(byHead), Values(byHead));
            }

            var before = sequence.Prefix is null ? null : prefix < 0 ? sequence.Prefix.KeptRows(block, sequence.Prefix.Passed) : (AttentionKernel.Stretch?)works[prefix].Own;
            works[i] = AttentionKernel.Work.InPlace(from, to, first, rows, form, before);
            if (sequence.Passed > 0)
            {
                works[i] = works[i] with { Own = sequence.KeptRows(block, sequence.Passed + rows) };
            }
        }

        AttentionKernel.Run(works, form);
        return mixed;
    }

    /// <summary>All sequences begin and are equally long: one call for all.</summary>
    private torch.Tensor AttendAlike(int block, torch.Tensor heads)
    {
        var byHead = heads.view(_moving.Length, _moving[0].Rows, heads.shape[1], heads.shape[2]).transpose(1, 2);
        var keys = Keys(byHead);
        var values = Values(byHead);
        for (var i = 0; i < _moving.Length; i++)
        {
            _moving[i].Sequence.Extend(block, keys.narrow(0, i, 1), values.narrow(0, i, 1));
        }

        return Rows(Attend(byHead.narrow(1, 0, _config.Heads), keys, values, mask: null));
    }

    private torch.Tensor Keys(torch.Tensor byHead) => byHead.narrow(1, _config.Heads, _config.KeyValueHeads);

    private torch.Tensor Values(torch.Tensor byHead) => byHead.narrow(1, _config.Heads + _config.KeyValueHeads, _config.KeyValueHeads);

    private torch.Tensor Rows(torch.Tensor mixed) => mixed.transpose(1, 2).reshape(mixed.shape[0] * mixed.shape[2], _config.Heads * _config.HeadSize);

    private torch.Tensor Attend(torch.Tensor queries, torch.Tensor keys, torch.Tensor values, torch.Tensor? mask)
    {
        // A single query sees all keys that a window leaves: no mask, only fewer keys.
        var rows = queries.shape[2];
        var length = keys.shape[2];
        if (rows == 1 && length > _config.SlidingWindow)
        {
            keys = keys.narrow(2, length - _config.SlidingWindow.Value, _config.SlidingWindow.Value);
            values = values.narrow(2, length - _config.SlidingWindow.Value, _config.SlidingWindow.Value);
        }

        var group = _config.Heads / _config.KeyValueHeads;
        if (group > 1 && rows == 1)
        {
            // The heads of a group look at the same keys: to the kernel they are several queries of one head, and nothing has to be repeated.
            var (batch, size) = (queries.shape[0], queries.shape[3]);
            return torch.nn.functional.scaled_dot_product_attention(queries.reshape(batch, _config.KeyValueHeads, group, size), keys, values)
                .reshape(batch, _config.Heads, 1, size);
        }

        if (group > 1)
        {
            keys = keys.repeat_interleave(group, 1);
            values = values.repeat_interleave(group, 1);
        }

        return torch.nn.functional.scaled_dot_product_attention(queries, keys, values, mask?.to(queries.device), is_casual: rows > 1 && mask is null);
    }

    /// <summary>rows × (first + rows), true where a query may look: not ahead, and not further back than the window, itself included. Null where the kernel's own causal mask says the same.</summary>
    private torch.Tensor? MaskOf(int first, int rows)
    {
        if (rows == 1 || (first == 0 && !(rows > _config.SlidingWindow)))
        {
            return null;
        }

        using var scope = torch.NewDisposeScope();
        var device = _rotary.Device;
        var queries = torch.arange(first, first + rows, device: device).unsqueeze(1);
        var keys = torch.arange(0, first + rows, device: device).unsqueeze(0);
        var mask = keys.le(queries);
        if (_config.SlidingWindow is { } window)
        {
            mask = mask.logical_and(keys.gt(queries.sub(window)));
        }

        return mask.DetachFromDisposeScope();
    }

    private void Forget()
    {
        foreach (var moving in _moving)
        {
            moving.Mask?.Dispose();
        }

        _angles?.Cos.Dispose();
        _angles?.Sin.Dispose();
        _angles = null;
        _moving = [];
    }

    private sealed record Moving(Sequence Sequence, int FirstRow, int Rows, int Prefix, torch.Tensor? Mask);
}
