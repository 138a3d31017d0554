using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>Reads weights straight into memory that torch owns, and owns the tensors from then on.</summary>
/// <remarks>On the CPU everything is fp32. On CUDA matrices are fp16 and vectors (norms, biases of norms) stay fp32.</remarks>
internal sealed class WeightLoader : IDisposable
{
    private readonly WeightStore _store;
    private readonly CancellationToken _cancellationToken;
    private readonly List<torch.Tensor> _owned = [];

    public WeightLoader(WeightStore store, torch.Device device, CancellationToken cancellationToken)
    {
        _store = store;
        _cancellationToken = cancellationToken;
        Device = device;
        Type = device.type == DeviceType.CPU ? torch.ScalarType.Float32 : torch.ScalarType.Float16;
    }

    public torch.Device Device { get; }

    /// <summary>The type matrices are multiplied in.</summary>
    public torch.ScalarType Type { get; }

    public bool Contains(string key) => _store.Contains(key);

    /// <summary>A tensor in the type of matrices, shaped as stored.</summary>
    public torch.Tensor Load(string key) => Place(Read([key]), Type);

    /// <summary>A tensor kept in fp32 on every device.</summary>
    public torch.Tensor LoadFloat(string key) => Place(Read([key]), torch.ScalarType.Float32);

    /// <summary>Several matrices (or vectors) one below the other, so that one multiplication serves all.</summary>
    public torch.Tensor Stack(params ReadOnlySpan<string> keys) => Place(Read(keys), Type);

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

        return new Linear(Stack(weights), _store.Contains(biases[0]) ? Stack(biases) : null);
    }

    /// <summary>Keeps a tensor until this loader is disposed.</summary>
    public torch.Tensor Own(torch.Tensor tensor)
    {
        tensor.DetachFromDisposeScope();
        _owned.Add(tensor);
        return tensor;
    }

    public void Dispose()
    {
        foreach (var tensor in _owned)
        {
            tensor.Dispose();
        }

        _owned.Clear();
    }

    private torch.Tensor Read(params ReadOnlySpan<string> keys)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var shape = _store.ShapeOf(keys[0]).ToArray();
        for (var i = 1; i < keys.Length; i++)
        {
            shape[0] += _store.ShapeOf(keys[i])[0];
        }

        var tensor = torch.empty(shape, dtype: torch.ScalarType.Float32);
        try
        {
            var rest = TensorMemory.AsSpan(tensor);
            foreach (var key in keys)
            {
                var count = checked((int)_store.ShapeOf(key).Aggregate(1L, (product, size) => product * size));
                _store.Read(key, rest[..count]);
                rest = rest[count..];
            }

            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private torch.Tensor Place(torch.Tensor tensor, torch.ScalarType type)
    {
        if (Device.type == DeviceType.CPU)
        {
            return Own(tensor);
        }

        using (tensor)
        {
            return Own(tensor.to(type, Device));
        }
    }
}
