using System.Collections.Concurrent;
using TorchSharp;

namespace LogitLens.Inference.Runtime;

/// <summary>Work of our own beside libtorch's, on as many threads as libtorch computes with.</summary>
internal static class Workers
{
    /// <summary>How many threads.</summary>
    public static int Count => torch.get_num_threads();

    /// <summary>Does every piece once.</summary>
    public static void For(int pieces, Action<int> action)
    {
        if (pieces == 1 || Count == 1)
        {
            for (var piece = 0; piece < pieces; piece++)
            {
                action(piece);
            }

            return;
        }

        Parallel.ForEach(Partitioner.Create(0, pieces, 1), new ParallelOptions { MaxDegreeOfParallelism = Count }, range => action(range.Item1));
    }

    /// <summary>Cuts rows into consecutive stretches, several for each thread; the first row and the one after the last are handed over.</summary>
    public static void ForRows(int rows, Action<int, int> action)
    {
        // Small shares: libtorch's own threads may still be on a processor, and hold one worker up.
        const int Least = 32;
        var share = Math.Max(Least, (rows + (8 * Count) - 1) / (8 * Count));
        For((rows + share - 1) / share, piece => action(piece * share, Math.Min(rows, (piece + 1) * share)));
    }
}
