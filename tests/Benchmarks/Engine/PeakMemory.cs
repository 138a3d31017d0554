using System.Globalization;

namespace LogitLens.Benchmarks.Engine;

/// <summary>The process's peak resident memory as Linux counts it (VmHWM).</summary>
internal static class PeakMemory
{
    /// <summary>Starts counting afresh from what is resident now.</summary>
    internal static void Reset()
    {
        if (OperatingSystem.IsLinux())
        {
            GC.Collect();
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
    }

    /// <summary>The peak since then, in words.</summary>
    internal static string Read()
    {
        const string Key = "VmHWM:";
        var line = File.Exists("/proc/self/status") ? File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith(Key, StringComparison.Ordinal)) : null;
        return line is null
            ? "not known on this system"
            : string.Create(CultureInfo.InvariantCulture, $"{long.Parse(line.AsSpan(Key.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) / 1048576.0:0.00} GiB");
    }
}
