using System.Runtime.InteropServices;

namespace LogitLens.Inference.Runtime;

/// <summary>Free memory of each GPU, from NVIDIA's driver, which TorchSharp does not ask. Not run in this project's own tests.</summary>
internal static partial class CudaMemory
{
    private const string Driver = "libcuda.so.1";

    /// <summary>Free bytes of each GPU that this process sees, as CUDA counts them.</summary>
    internal static IReadOnlyList<long> Free(int devices)
    {
        var free = new long[devices];
        _ = Initialise(0);
        for (var i = 0; i < devices; i++)
        {
            if (Get(out var device, i) == 0 && Retain(out var context, device) == 0)
            {
                _ = Push(context);
                free[i] = Info(out var bytes, out _) == 0 ? (long)bytes : 0;
                _ = Pop(out _);
                _ = Release(device);
            }
        }

        return free;
    }

    [LibraryImport(Driver, EntryPoint = "cuInit")]
    private static partial int Initialise(uint flags);

    [LibraryImport(Driver, EntryPoint = "cuDeviceGet")]
    private static partial int Get(out int device, int ordinal);

    [LibraryImport(Driver, EntryPoint = "cuDevicePrimaryCtxRetain")]
    private static partial int Retain(out nint context, int device);

    [LibraryImport(Driver, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    private static partial int Release(int device);

    [LibraryImport(Driver, EntryPoint = "cuCtxPushCurrent_v2")]
    private static partial int Push(nint context);

    [LibraryImport(Driver, EntryPoint = "cuCtxPopCurrent_v2")]
    private static partial int Pop(out nint context);

    [LibraryImport(Driver, EntryPoint = "cuMemGetInfo_v2")]
    private static partial int Info(out nuint free, out nuint total);
}
