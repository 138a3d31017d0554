using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace LogitLens.Inference.Runtime;

/// <summary>The one place where libtorch is loaded and its process-wide settings are made.</summary>
public static partial class TorchRuntime
{
    private const string Library = "libLibTorchSharp.so";

    private static readonly Lock Gate = new();

    private static bool s_started;

    /// <summary>TorchSharp's version.</summary>
    public static string TorchSharpVersion => typeof(torch).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    /// <summary>libtorch's version. Loads it, as any touch of TorchSharp does: <see cref="Start"/> first, if the number of threads matters.</summary>
    /// <exception cref="RefusedInputException">libtorch cannot be loaded here.</exception>
    public static string LibTorchVersion
    {
        get
        {
            Start();
            return torch.__version__;
        }
    }

    /// <summary>Loads libtorch and sets the number of threads it computes with. The first call decides; later ones do nothing.</summary>
    /// <param name="threads">Threads of one operation; 0 for as many as there are processors.</param>
    /// <exception cref="RefusedInputException">libtorch cannot be loaded here.</exception>
    public static void Start(int threads = 0)
    {
        lock (Gate)
        {
            if (s_started)
            {
                return;
            }

            // A failed first touch of TorchSharp cannot be repeated within a process, so the library is made loadable before.
            if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && LibTorchSharpPatch.IsNeededHere())
            {
                foreach (var path in Candidates(AppContext.BaseDirectory))
                {
                    PatchInPlace(path);
                }
            }

            LetIdleThreadsSleep();
            KeepFreedMemory();
            try
            {
                Touch(threads > 0 ? threads : Environment.ProcessorCount);
            }
            catch (Exception exception) when (exception is TypeInitializationException or DllNotFoundException or NotSupportedException or BadImageFormatException or EntryPointNotFoundException)
            {
                throw new RefusedInputException(
                    $"libtorch cannot be loaded from {AppContext.BaseDirectory} ({Innermost(exception).Message.TrimEnd('.')}): "
                    + "build for this machine's platform (Linux and Windows on x64, macOS on arm64), or for a GPU with -p:TorchBackend=cuda.",
                    exception);
            }

            s_started = true;
        }
    }

    /// <summary>The devices to compute on: the CPU, one GPU, or all GPUs.</summary>
    /// <exception cref="RefusedInputException">CUDA was asked for and cannot be had, or libtorch cannot be loaded.</exception>
    internal static IReadOnlyList<torch.Device> Choose(DeviceChoice choice)
    {
        Start();
        if (choice.IsCpu || (!choice.IsCuda && !torch.cuda.is_available()))
        {
            return [torch.CPU];
        }

        if (!torch.cuda.is_available())
        {
            throw new RefusedInputException(
                "CUDA was asked for, but this build or this machine has none: build with -p:TorchBackend=cuda where an NVIDIA driver is installed, or choose the device cpu.");
        }

        var count = torch.cuda.device_count();
        if (choice.Index is not { } index)
        {
            return [.. Enumerable.Range(0, count).Select(i => torch.device(DeviceType.CUDA, i))];
        }

        return index < count
            ? [torch.device(DeviceType.CUDA, index)]
            : throw new RefusedInputException($"The device {choice} was asked for, but this machine's GPUs are cuda:0 to cuda:{count - 1}: choose one of them.");
    }

    /// <summary>Where the build puts TorchSharp's native library: beside the program (publish for one platform) or under its runtimes.</summary>
    internal static IEnumerable<string> Candidates(string folder) =>
        new[] { Path.Combine(folder, Library), Path.Combine(folder, "runtimes", "linux-x64", "native", Library) }.Where(File.Exists);

    /// <summary>Replaces a library as published by a patched copy, in one step. A file that is patched already, or is another version, stays as it is.</summary>
    /// <exception cref="RefusedInputException">The folder cannot be written to.</exception>
    internal static void PatchInPlace(string path)
    {
        byte[] patched;
        try
        {
            patched = LibTorchSharpPatch.Apply(File.ReadAllBytes(path));
        }
        catch (InvalidDataException)
        {
            return;
        }

        // The file may be a hard link into the package cache: never written to, only replaced.
        var fresh = $"{path}.{Guid.NewGuid():N}";
        try
        {
            File.WriteAllBytes(fresh, patched);
            File.Move(fresh, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            DeleteQuietly(fresh);
            throw new RefusedInputException(
                $"{path} needs a newer libstdc++ ({LibTorchSharpPatch.Version}, GCC 13) than this machine has, and its folder cannot be written to: "
                + "start the program once as a user who can write there, build it on this machine, or use a newer system (Debian 13, Ubuntu 24.04).",
                exception);
        }
    }

    /// <summary>
    /// Between two parallel operations libgomp's threads spin, which takes the processors from the web server, the lens' own scan and everything else on
    /// the machine; asleep, they let twelve demo pictures through in 6 to 13 s where spinning took 21 to 32 s (docs/performance.md).
    /// </summary>
    private static void LetIdleThreadsSleep()
    {
        const string Policy = "OMP_WAIT_POLICY";
        var isChosen = Environment.GetEnvironmentVariable(Policy) is not null || Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is not null;
        if (OperatingSystem.IsLinux() && !isChosen)
        {
            // libgomp reads the C library's environment when it is loaded, which .NET's own setter does not reach.
            _ = SetNativeEnvironment(Policy, "passive", overwrite: 0);
        }
    }

    /// <summary>
    /// glibc gives large blocks back to the system as they are freed, and every block of the model would fault the same megabytes in again. They are kept
    /// for the next tensor instead; <see cref="ReturnFreedMemory"/> gives them back.
    /// </summary>
    private static void KeepFreedMemory()
    {
        // Names and numbers of glibc's malloc.h. Heaps of other threads than the first are too small for tensors, so there is one for all.
        const int TrimThreshold = -1;
        const int MapThreshold = -3;
        const int ArenaMax = -8;
        if (OperatingSystem.IsLinux())
        {
            try
            {
                _ = SetMalloc(ArenaMax, 1);
                _ = SetMalloc(MapThreshold, int.MaxValue);
                _ = SetMalloc(TrimThreshold, int.MaxValue);
            }
            catch (EntryPointNotFoundException)
            {
                // musl has no such settings.
            }
        }
    }

    /// <summary>Gives memory that tensors have left to the system; after a checkpoint was unloaded that is most of it.</summary>
    internal static void ReturnFreedMemory()
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                _ = TrimMalloc(0);
            }
            catch (EntryPointNotFoundException)
            {
                // musl gives back by itself.
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetMalloc(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimMalloc(nuint pad);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNativeEnvironment(string name, string value, int overwrite);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Touch(int threads)
    {
        torch.InitializeDeviceType(DeviceType.CPU);
        torch.set_num_threads(threads);
    }

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is not null)
        {
            exception = exception.InnerException;
        }

        return exception;
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What could not be written is mostly not there either.
        }
    }
}
