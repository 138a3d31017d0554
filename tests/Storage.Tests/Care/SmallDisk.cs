using System.Diagnostics;
using System.Globalization;

namespace LogitLens.Storage.Tests.Care;

/// <summary>A real file system of a few mebibytes, in memory, which a test can fill. Only root may mount one; elsewhere the test skips.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static SmallDisk Mount(long bytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux may mount a small disk to fill.");
        var path = Directory.CreateTempSubdirectory("logitlens-small-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={bytes}"), "none", path) != 0)
        {
            Directory.Delete(path);
            Assert.Skip("This system does not let its root mount a tmpfs (a container without that right).");
        }

        return new SmallDisk(path);
    }

    /// <summary>A file takes what is free but for so many bytes.</summary>
    public void Fill(long leave = 0)
    {
        var free = new DriveInfo(Path).AvailableFreeSpace - leave;
        using var stream = new FileStream(System.IO.Path.Combine(Path, "filler"), FileMode.Append);
        var block = new byte[4096];
        for (; free >= block.Length; free -= block.Length)
        {
            stream.Write(block);
        }
    }

    public void Free() => File.Delete(System.IO.Path.Combine(Path, "filler"));

    public void MakeReadOnly() => Assert.Equal(0, Run("mount", "-o", "remount,ro", Path));

    public void MakeWritable() => Assert.Equal(0, Run("mount", "-o", "remount,rw", Path));

    public void Dispose()
    {
        // Lazily: a connection pool may hold a file a moment longer.
        _ = Run("umount", "-l", Path);
        Directory.Delete(Path, recursive: true);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true });
        if (process is null)
        {
            return -1;
        }

        process.WaitForExit();
        return process.ExitCode;
    }
}
