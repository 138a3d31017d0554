using System.Runtime.CompilerServices;

namespace LogitLens.Inference.Lens;

/// <summary>What the lens reads at one layer in the rows of a batch, before they are dealt out to the analyses they belong to. Rows may be filled at once.</summary>
internal sealed class LensRows(int count, int topK, int[] tracked)
{
    private readonly int[] _ids = new int[count * topK];
    private readonly float[] _logProbabilities = Enumerable.Repeat(float.NegativeInfinity, count * topK).ToArray();
    private readonly float[] _entropyBits = new float[count];
    private readonly float[] _logSumExp = new float[count];
    private readonly float[] _tracked = new float[count * tracked.Length];
    private readonly int[] _ranks = Enumerable.Repeat(1, count * tracked.Length).ToArray();
    private readonly LogitSums[] _sums = Enumerable.Repeat(LogitSums.None, count).ToArray();

    /// <summary>Takes the tracked tokens' logits out of the piece that starts with the id <paramref name="first"/>.</summary>
    public void Track(ReadOnlySpan<float> logits, int first, int row)
    {
        for (var i = 0; i < tracked.Length; i++)
        {
            if (tracked[i] >= first && tracked[i] < first + logits.Length)
            {
                _tracked[(row * tracked.Length) + i] = logits[tracked[i] - first];
            }
        }
    }

    /// <summary>Adds a piece of a row's logits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<float> logits, int first, int row)
    {
        LogitScan.Add(logits, first, _ids.AsSpan(row * topK, topK), _logProbabilities.AsSpan(row * topK, topK), ref _sums[row]);
        for (var i = row * tracked.Length; i < (row + 1) * tracked.Length; i++)
        {
            _ranks[i] += LogitScan.CountGreater(logits, _tracked[i]);
        }
    }

    /// <summary>All pieces have been added.</summary>
    public void Finish(int row)
    {
        if (!LogitScan.Finish(_logProbabilities.AsSpan(row * topK, topK), _sums[row], out _logSumExp[row], out _entropyBits[row]))
        {
            _logSumExp[row] = float.NaN;
        }

        for (var i = row * tracked.Length; i < (row + 1) * tracked.Length; i++)
        {
            _tracked[i] -= _logSumExp[row];
        }
    }

    /// <summary>One analysis's reading, from the stretches of rows that are its own, in the order of its positions.</summary>
    /// <exception cref="RefusedInputException">It holds something that is not a number.</exception>
    public LayerReading Slice(int layer, int firstPosition, params ReadOnlySpan<(int First, int Count)> stretches)
    {
        var positions = 0;
        foreach (var stretch in stretches)
        {
            positions += stretch.Count;
        }

        var reading = new LayerReading(
            layer,
            firstPosition,
            positions,
            topK,
            new int[positions * topK],
            new float[positions * topK],
            new float[positions],
            new float[positions],
            tracked,
            new float[positions * tracked.Length],
            new int[positions * tracked.Length]);
        var at = 0;
        foreach (var (first, length) in stretches)
        {
            Copy(_ids, reading.Ids, topK);
            Copy(_logProbabilities, reading.LogProbabilities, topK);
            Copy(_entropyBits, reading.EntropyBits, 1);
            Copy(_logSumExp, reading.LogSumExp, 1);
            Copy(_tracked, reading.TrackedLogProbabilities, tracked.Length);
            Copy(_ranks, reading.TrackedRanks, tracked.Length);
            at += length;

            void Copy<T>(T[] from, T[] to, int each) => Array.Copy(from, first * each, to, at * each, length * each);
        }

        var broken = Array.FindIndex(reading.LogSumExp, value => !float.IsFinite(value));
        return broken < 0
            ? reading
            : throw new RefusedInputException(
                $"At layer {layer}, position {firstPosition + broken}, the checkpoint computes values that are not finite numbers: its weights are damaged, or too large for the device's number type (choose the device cpu).");
    }
}
