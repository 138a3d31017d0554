using TorchSharp;

namespace LogitLens.Inference.Runtime;

/// <summary>A tensor's own memory, without a copy.</summary>
internal static class TensorMemory
{
    /// <summary>The elements of a contiguous fp32 tensor on the CPU, row-major. Valid as long as the tensor is.</summary>
    public static unsafe Span<float> AsSpan(torch.Tensor tensor)
    {
        if (tensor.dtype != torch.ScalarType.Float32 || tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new ArgumentException("Only contiguous fp32 tensors on the CPU have a span.", nameof(tensor));
        }

        var count = checked((int)tensor.numel());
        if (count == 0)
        {
            return [];
        }

        // Tensor.bytes stops at 2 GiB, which an embedding matrix can exceed: its address is taken from the first element alone.
        using var flat = tensor.view(-1);
        using var first = flat.narrow(0, 0, 1);
        fixed (byte* address = first.bytes)
        {
            return new Span<float>(address, count);
        }
    }

    /// <summary>A new fp32 tensor on the CPU holding the values.</summary>
    public static torch.Tensor From(ReadOnlySpan<float> values, params long[] shape)
    {
        var tensor = torch.empty(shape, dtype: torch.ScalarType.Float32);
        values.CopyTo(AsSpan(tensor));
        return tensor;
    }
}
