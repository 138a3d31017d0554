using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>Reads weights straight into memory that torch owns, and owns the tensors from then on.</summary>
/// <remarks>On the CPU everything is fp32. On CUDA matrices are fp16 and vectors (norms, biases of norms) stay fp32.</remarks>
internal sealed class WeightLoader : IDisposable
{
    // Numbers that one worker reads and converts at a time.
    private const int Share = 1 << 20;

    private readonly WeightStore _store;
    private readonly CancellationToken _cancellationToken;
    private readonly List<torch.Tensor> _owned;
    private readonly List<WeightSlot> _slots;
    private readonly WeightSlot? _slot;

    public WeightLoader(WeightStore store, torch.Device device, CancellationToken cancellationToken)
        : this(store, device, [], [], slot: null, cancellationToken)
    {
    }

    private WeightLoader(WeightStore store, torch.Device device, List<torch.Tensor> owned, List<WeightSlot> slots, WeightSlot? slot, CancellationToken cancellationToken)
    {
        _store = store;
        _cancellationToken = cancellationToken;
        _owned = owned;
        _slots = slots;
        _slot = slot;
        Device = device;
        Type = device.type == DeviceType.CPU ? torch.ScalarType.Float32 : torch.ScalarType.Float16;
    }

    public torch.Device Device { get; }

    /// <summary>The type matrices are multiplied in.</summary>
    public torch.ScalarType Type { get; }

    /// <summary>Bytes of blocks that were read and converted while computing.</summary>
    public long BytesStreamed => _slots.Sum(slot => slot.BytesRead);

    public bool Contains(string key) => _store.Contains(key);

    /// <summary>A tensor in the type of matrices, shaped as stored.</summary>
    public torch.Tensor Load(string key) => Load(Type, key);

    /// <summary>A tensor kept in fp32 on every device.</summary>
    public torch.Tensor LoadFloat(string key) => Load(torch.ScalarType.Float32, key);

    /// <summary>Several matrices (or vectors) one below the other, so that one multiplication serves all.</summary>
    public torch.Tensor Stack(params ReadOnlySpan<string> keys) => Load(Type, keys);

    /// <summary><c>NAME.weight</c> of each name stacked, with <c>NAME.bias</c> where the checkpoint has it.</summary>
    public Linear Linear(params ReadOnlySpan<string> names)
    {
        var weights = new string[names.Length];
        var biases = new string[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            weights[i] = names[i] + ".weight";
            biases[i] = names[i] + ".bias";
        }

        var weight = Load(Type, out var stored, weights);
        return new Linear(weight, _store.Contains(biases[0]) ? Stack(biases) : null, stored);
    }

    /// <summary>Keeps a tensor until this loader is disposed.</summary>
    public torch.Tensor Own(torch.Tensor tensor)
    {
        tensor.DetachFromDisposeScope();
        _owned.Add(tensor);
        return tensor;
    }

    /// <summary>Makes a slot for blocks that are streamed; disposed with this loader.</summary>
    public WeightSlot AddSlot(int blocks, Func<int, string> nameOf)
    {
        var slot = new WeightSlot(_store, blocks, nameOf);
        _slots.Add(slot);
        return slot;
    }

    /// <summary>The same loader, whose tensors are places in a slot: their numbers come with each block.</summary>
    public WeightLoader Into(WeightSlot slot) => new(_store, Device, _owned, _slots, slot, _cancellationToken);

    /// <summary>The same loader for another device.</summary>
    public WeightLoader On(torch.Device device) => new(_store, device, _owned, _slots, _slot, _cancellationToken);

    /// <summary>Reads some rows of a matrix straight from the file: rows × width, in the type of matrices, a new tensor.</summary>
    public torch.Tensor ReadRows(string key, ReadOnlySpan<int> rows)
    {
        var width = checked((int)_store.ShapeOf(key)[1]);
        var tensor = torch.empty([rows.Length, width], dtype: torch.ScalarType.Float32);
        try
        {
            var values = TensorMemory.AsSpan(tensor);
            for (var i = 0; i < rows.Length; i++)
            {
                _store.Read(key, (long)rows[i] * width, values.Slice(i * width, width));
            }
        }
        catch
        {
            tensor.Dispose();
            throw;
        }

        if (Device.type == DeviceType.CPU)
        {
            return tensor;
        }

        using (tensor)
        {
            return tensor.to(Type, Device);
        }
    }

    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Dispose();
        }

        foreach (var tensor in _owned)
        {
            tensor.Dispose();
        }

        _slots.Clear();
        _owned.Clear();
    }

    private torch.Tensor Load(torch.ScalarType type, params ReadOnlySpan<string> keys) => Load(type, out _, keys);

    private torch.Tensor Load(torch.ScalarType type, out StoredMatrix? stored, params ReadOnlySpan<string> keys)
    {
        stored = null;
        _cancellationToken.ThrowIfCancellationRequested();
        var shape = _store.ShapeOf(keys[0]).ToArray();
        for (var i = 1; i < keys.Length; i++)
        {
            shape[0] += _store.ShapeOf(keys[i])[0];
        }

        var onCpu = torch.empty(shape, dtype: torch.ScalarType.Float32);
        if (_slot is not null)
        {
            Own(onCpu);
            TensorMemory.PreferLargePages(onCpu);
            var onDevice = Device.type == DeviceType.CPU ? null : Own(torch.empty(shape, dtype: type, device: Device));
            stored = _slot.Add(keys, onCpu, onDevice);
            return onDevice ?? onCpu;
        }

        try
        {
            TensorMemory.PreferLargePages(onCpu);
            Read(keys, onCpu);
        }
        catch
        {
            onCpu.Dispose();
            throw;
        }

        if (Device.type == DeviceType.CPU)
        {
            return Own(onCpu);
        }

        using (onCpu)
        {
            return Own(onCpu.to(type, Device));
        }
    }

    private unsafe void Read(ReadOnlySpan<string> keys, torch.Tensor tensor)
    {
        var shares = new List<(string Key, long First, nint To, int Count)>();
        var to = TensorMemory.Address(tensor);
        foreach (var key in keys)
        {
            var elements = _store.TensorOf(key).Elements;
            for (long first = 0; first < elements; first += Share)
            {
                shares.Add((key, first, to + (nint)(first * sizeof(float)), (int)Math.Min(Share, elements - first)));
            }

            to += (nint)(elements * sizeof(float));
        }

        if (shares.Count == 1)
        {
            ReadShare(shares[0]);
            return;
        }

        try
        {
            Parallel.ForEach(shares, ReadShare);
        }
        catch (AggregateException failures) when (failures.InnerExceptions[0] is RefusedInputException refused)
        {
            throw new RefusedInputException(refused.Message, refused);
        }

        void ReadShare((string Key, long First, nint To, int Count) share) =>
            _store.Read(share.Key, share.First, new Span<float>((void*)share.To, share.Count));
    }
}
