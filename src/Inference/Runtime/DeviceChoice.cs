namespace LogitLens.Inference.Runtime;

/// <summary>Where tensors are computed.</summary>
public enum DeviceChoice
{
    /// <summary>CUDA where this build and machine have it, else the CPU.</summary>
    Auto,

    /// <summary>The CPU, in fp32.</summary>
    Cpu,

    /// <summary>The first CUDA device.</summary>
    Cuda,
}
