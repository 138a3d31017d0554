using System.Globalization;

namespace LogitLens.Inference.Runtime;

/// <summary>Which GPU computes which block. Pure: sizes in, a plan out.</summary>
internal static class DevicePlan
{
    /// <summary>
    /// Spreads a model over GPUs in their order, as accelerate's <c>device_map="auto"</c> does: all on the one with the most free memory if it fits there,
    /// else consecutive blocks on consecutive GPUs, each taking a share by its free memory.
    /// </summary>
    /// <param name="blocks">Bytes of each block.</param>
    /// <param name="rest">Bytes of everything else (tower, projector, embedding, unembedding), which goes with the first block.</param>
    /// <param name="free">Free bytes of each GPU.</param>
    /// <param name="name">The checkpoint's name, for the sentence.</param>
    /// <returns>For each block the index of its GPU, never falling. The first is where the rest goes.</returns>
    /// <exception cref="RefusedInputException">It does not fit.</exception>
    internal static int[] Spread(IReadOnlyList<long> blocks, long rest, IReadOnlyList<long> free, string name)
    {
        // A tenth of each GPU is left for what is computed.
        var room = free.Select(bytes => bytes / 10 * 9).ToArray();
        var total = blocks.Sum() + rest;
        var largest = Array.IndexOf(room, room.DefaultIfEmpty().Max());
        if (room.Length > 0 && total <= room[largest])
        {
            return [.. Enumerable.Repeat(largest, blocks.Count)];
        }

        // A balanced share first, so that the last GPU is not left empty; whatever does not fit that way fills the GPUs up.
        return Fill(blocks, rest, [.. room.Select(bytes => Math.Min(bytes, (long)(bytes / (double)Math.Max(1, room.Sum()) * total) + blocks.DefaultIfEmpty().Max()))])
            ?? Fill(blocks, rest, room)
            ?? throw new RefusedInputException(
                $"{name} takes {Gibibytes(total)} GiB on GPUs, but {Gibibytes(room.Sum())} GiB of theirs can be used: choose the device cpu, or a smaller checkpoint.");
    }

    private static int[]? Fill(IReadOnlyList<long> blocks, long rest, long[] room)
    {
        var plan = new int[blocks.Count];
        var device = 0;
        var used = rest;
        for (var block = 0; block < plan.Length; block++)
        {
            while (device < room.Length && used + blocks[block] > room[device])
            {
                // The rest goes with the first block, and a GPU too small for it holds nothing.
                used = block == 0 ? rest : 0;
                device++;
            }

            if (device == room.Length)
            {
                return null;
            }

            plan[block] = device;
            used += blocks[block];
        }

        return plan;
    }

    private static string Gibibytes(long bytes) => (bytes / (double)(1L << 30)).ToString("0.0", CultureInfo.InvariantCulture);
}
