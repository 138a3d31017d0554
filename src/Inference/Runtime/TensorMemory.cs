using System.Runtime.InteropServices;
using TorchSharp;

namespace LogitLens.Inference.Runtime;

/// <summary>A tensor's own memory, without a copy.</summary>
internal static unsafe partial class TensorMemory
{
    /// <summary>Bytes of a large page.</summary>
    internal const int LargePage = 2 << 20;

    /// <summary>Whether a tensor's numbers can be computed with in place: contiguous fp32 on the CPU.</summary>
    public static bool IsPlain(torch.Tensor tensor) => tensor.device_type == DeviceType.CPU && tensor.dtype == torch.ScalarType.Float32 && tensor.is_contiguous();

    /// <summary>The elements of a contiguous fp32 tensor on the CPU, row-major. Valid as long as the tensor is.</summary>
    public static Span<float> AsSpan(torch.Tensor tensor)
    {
        var count = checked((int)tensor.numel());
        return count == 0 ? [] : new Span<float>((void*)Address(tensor), count);
    }

    /// <summary>Where a contiguous fp32 tensor on the CPU begins; for tensors that are larger than a span can be.</summary>
    public static nint Address(torch.Tensor tensor)
    {
        if (!IsPlain(tensor))
        {
            throw new ArgumentException("Only contiguous fp32 tensors on the CPU have an address.", nameof(tensor));
        }

        // Tensor.bytes stops at 2 GiB, which an embedding matrix can exceed: its address is taken from the first element alone.
        using var flat = tensor.view(-1);
        using var first = flat.narrow(0, 0, 1);
        fixed (byte* address = first.bytes)
        {
            return (nint)address;
        }
    }

    /// <summary>A new fp32 tensor on the CPU holding the values.</summary>
    public static torch.Tensor From(ReadOnlySpan<float> values, params long[] shape)
    {
        var tensor = torch.empty(shape, dtype: torch.ScalarType.Float32);
        values.CopyTo(AsSpan(tensor));
        return tensor;
    }

    /// <summary>Asks for large pages under a large fp32 tensor that was not touched yet: its memory is faulted in 512 times less often.</summary>
    public static void PreferLargePages(torch.Tensor tensor) => PreferLargePages((void*)Address(tensor), tensor.numel() * sizeof(float));

    /// <summary>Asks for large pages under memory that was not touched yet.</summary>
    public static void PreferLargePages(void* address, long bytes)
    {
        const int HugePages = 14;
        var begin = ((nint)address + LargePage - 1) & ~(nint)(LargePage - 1);
        var end = ((nint)address + (nint)bytes) & ~(nint)(LargePage - 1);
        if (OperatingSystem.IsLinux() && end > begin)
        {
            // Advice: where the system has no large pages, nothing happens.
            _ = Advise(begin, (nuint)(end - begin), HugePages);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
