using System.Diagnostics;
using System.Globalization;

namespace LogitLens.Benchmarks.Readings;

/// <summary>What this machine could do at best: the same bytes written to the disk, and copied in memory, by nothing but a loop.</summary>
internal static class Limits
{
    private const int Block = 8 << 20;
    private const int Blocks = 128;

    public static void Print(string folder, int analyses, long bytes, int topK)
    {
        var disk = DiskRate(folder);
        var memory = MemoryRate();
        var perAnalysis = bytes / analyses;
        var layer = (long)PrototypeReadings.Positions * topK * 4;
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Limits: the disk takes {disk / 1e6:N0} MB/s (1 GiB and fsync), so the {perAnalysis:N0} bytes of an analysis take {perAnalysis / disk * 1e3:0.0} ms at least; "
            + $"memory is copied at {memory / 1e9:0.0} GB/s, a layer's {layer:N0} bytes in {layer / memory * 1e6:0} µs."));
    }

    private static double DiskRate(string folder)
    {
        var path = Path.Combine(folder, "rate.tmp");
        var block = new byte[Block];
        new Random(3).NextBytes(block);
        var clock = Stopwatch.StartNew();
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            for (var i = 0; i < Blocks; i++)
            {
                file.Write(block);
            }

            file.Flush(flushToDisk: true);
        }

        var rate = (double)Block * Blocks / clock.Elapsed.TotalSeconds;
        File.Delete(path);
        return rate;
    }

    private static double MemoryRate()
    {
        var (from, to) = (new byte[Block * 16], new byte[Block * 16]);
        from.CopyTo(to, 0);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 8; i++)
        {
            from.CopyTo(to, 0);
        }

        return 8.0 * from.Length / clock.Elapsed.TotalSeconds;
    }
}
