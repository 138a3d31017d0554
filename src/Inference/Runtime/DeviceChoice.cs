using System.Globalization;

namespace LogitLens.Inference.Runtime;

/// <summary>Where tensors are computed: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
public readonly record struct DeviceChoice
{
    private const string CudaName = "cuda";

    private DeviceChoice(DeviceKind kind, int? index)
    {
        Kind = kind;
        Index = index;
    }

    private enum DeviceKind
    {
        Auto,
        Cpu,
        Cuda,
    }

    /// <summary>CUDA where this build and machine have it, the blocks spread over the GPUs by free memory; else the CPU.</summary>
    public static DeviceChoice Auto => new(DeviceKind.Auto, null);

    /// <summary>The CPU, in fp32.</summary>
    public static DeviceChoice Cpu => new(DeviceKind.Cpu, null);

    /// <summary>CUDA, the blocks spread over the GPUs by free memory.</summary>
    public static DeviceChoice Cuda => new(DeviceKind.Cuda, null);

    /// <summary>The one GPU that is meant; null where any is.</summary>
    public int? Index { get; }

    /// <summary>Whether nothing but a GPU will do.</summary>
    internal bool IsCuda => Kind == DeviceKind.Cuda;

    /// <summary>Whether nothing but the CPU will do.</summary>
    internal bool IsCpu => Kind == DeviceKind.Cpu;

    private DeviceKind Kind { get; }

    /// <summary>One GPU.</summary>
    /// <param name="index">Its number as CUDA counts, from 0.</param>
    public static DeviceChoice CudaAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new DeviceChoice(DeviceKind.Cuda, index);
    }

    /// <summary>Reads <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>, whatever the case.</summary>
    public static bool TryParse(string? text, out DeviceChoice choice)
    {
        var name = text?.Trim().ToUpperInvariant();
        choice = name switch
        {
            "CPU" => Cpu,
            "CUDA" => Cuda,
            _ => Auto,
        };
        if (name is "AUTO" or "CPU" or "CUDA")
        {
            return true;
        }

        var isGpu = name is not null && name.StartsWith("CUDA:", StringComparison.Ordinal);
        if (!isGpu || !int.TryParse(name.AsSpan(CudaName.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            return false;
        }

        choice = CudaAt(index);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        DeviceKind.Auto => "auto",
        DeviceKind.Cpu => "cpu",
        _ => Index is { } index ? string.Create(CultureInfo.InvariantCulture, $"{CudaName}:{index}") : CudaName,
    };
}
