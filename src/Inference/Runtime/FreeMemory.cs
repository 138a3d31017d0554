using System.Globalization;

namespace LogitLens.Inference.Runtime;

/// <summary>How much memory this process can still take.</summary>
internal static class FreeMemory
{
    /// <summary>Bytes that can be taken without swapping: what the system has available, or what a container's limit leaves.</summary>
    internal static long Read()
    {
        var memory = GC.GetGCMemoryInfo();
        if (memory.TotalAvailableMemoryBytes <= 0)
        {
            return long.MaxValue;
        }

        var underLimit = memory.TotalAvailableMemoryBytes - Environment.WorkingSet;
        return Math.Max(0, Math.Min(underLimit, FromProc() ?? (memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes)));
    }

    /// <summary>Linux's own estimate, which counts what its page cache can give up.</summary>
    private static long? FromProc()
    {
        const string Path = "/proc/meminfo";
        const string Key = "MemAvailable:";
        try
        {
            var line = File.Exists(Path) ? File.ReadLines(Path).FirstOrDefault(text => text.StartsWith(Key, StringComparison.Ordinal)) : null;
            return line is not null && long.TryParse(line.AsSpan(Key.Length).Trim().TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes)
                ? kibibytes << 10
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
