using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LogitLens.Inference.Lens;

/// <summary>Reads one position's logits, piece by piece of the vocabulary: the k largest, log Σ exp and entropy, each piece while it is still in the cache.</summary>
internal static class LogitScan
{
    // Sums run in fp32 lanes over this many logits and are then added up in fp64.
    private const int Chunk = 2048;

    /// <summary>Reads a whole row.</summary>
    /// <param name="logits">All logits of one position.</param>
    /// <param name="ids">Receives as many ids as it is long, by falling logit, the lower id first on ties.</param>
    /// <param name="logProbabilities">Receives their log-probabilities; as long as <paramref name="ids"/>, and no longer than <paramref name="logits"/>.</param>
    /// <param name="logSumExp">log Σ exp(logit), natural.</param>
    /// <param name="entropyBits">Entropy of the softmax, in bits.</param>
    /// <returns>False if the logits hold something that is not a finite number; nothing else is then to be used.</returns>
    public static bool Read(ReadOnlySpan<float> logits, Span<int> ids, Span<float> logProbabilities, out float logSumExp, out float entropyBits)
    {
        var sums = LogitSums.None;
        Begin(ids, logProbabilities);
        Add(logits, 0, ids, logProbabilities, ref sums);
        return Finish(logProbabilities, sums, out logSumExp, out entropyBits);
    }

    /// <summary>Empties what <see cref="Add"/> fills.</summary>
    public static void Begin(Span<int> ids, Span<float> largest)
    {
        largest.Fill(float.NegativeInfinity);
        ids.Clear();
    }

    /// <summary>Reads a piece of the vocabulary; pieces come in ascending order.</summary>
    /// <param name="logits">The piece's logits.</param>
    /// <param name="first">The id of the first of them.</param>
    /// <param name="ids">The ids of the largest so far.</param>
    /// <param name="largest">Their logits.</param>
    /// <param name="sums">What has been seen so far.</param>
    public static void Add(ReadOnlySpan<float> logits, int first, Span<int> ids, Span<float> largest, ref LogitSums sums)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            WideLogitScan.FindLargest(logits, first, ids, largest);
        }
        else
        {
            FindLargest(logits, first, ids, largest);
        }

        sums.Raise(largest[0]);
        var (sum, weighted) = Vector512.IsHardwareAccelerated ? WideLogitScan.SumExponentials(logits, sums.Max) : SumExponentials(logits, sums.Max);
        sums.Sum += sum;
        sums.Weighted += weighted;
    }

    /// <summary>After the last piece.</summary>
    /// <param name="logProbabilities">The largest logits; become log-probabilities.</param>
    /// <param name="sums">What was seen.</param>
    /// <param name="logSumExp">log Σ exp(logit), natural.</param>
    /// <param name="entropyBits">Entropy of the softmax, in bits.</param>
    /// <returns>False if the logits hold something that is not a finite number.</returns>
    public static bool Finish(Span<float> logProbabilities, in LogitSums sums, out float logSumExp, out float entropyBits)
    {
        // With z = logit − max: p = eᶻ / Σeᶻ, and H = −Σ p·log p = log Σeᶻ − Σ p·z.
        var log = Math.Log(sums.Sum);
        logSumExp = (float)(sums.Max + log);
        entropyBits = (float)Math.Max(0, (log - (sums.Weighted / sums.Sum)) / Math.Log(2));
        foreach (ref var value in logProbabilities)
        {
            value = (float)(value - (double)sums.Max - log);
        }

        return float.IsFinite(logSumExp) && float.IsFinite(entropyBits);
    }

    /// <summary>How many logits are strictly greater.</summary>
    public static int CountGreater(ReadOnlySpan<float> logits, float than)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        var bar = new Vector<float>(than);
        var counts = Vector<int>.Zero;
        foreach (var vector in vectors)
        {
            // True is −1 in every lane.
            counts -= Vector.GreaterThan(vector, bar);
        }

        var count = Vector.Sum(counts);
        foreach (var logit in logits[(vectors.Length * Vector<float>.Count)..])
        {
            count += logit > than ? 1 : 0;
        }

        return count;
    }

    // Optimised at once: before the runtime's own tiers have warmed up, a short run would be over.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FindLargest(ReadOnlySpan<float> logits, int first, Span<int> ids, Span<float> values)
    {
        // Ids come in ascending order, so an equal value goes behind those that are there: the lower id stays first.
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        var last = values.Length - 1;
        var bar = new Vector<float>(values[last]);
        for (var v = 0; v < vectors.Length; v++)
        {
            if (Vector.GreaterThanAny(vectors[v], bar))
            {
                for (int i = v * Vector<float>.Count, end = i + Vector<float>.Count; i < end; i++)
                {
                    if (logits[i] > values[last])
                    {
                        Insert(logits[i], first + i, ids, values);
                    }
                }

                bar = new Vector<float>(values[last]);
            }
        }

        for (var i = vectors.Length * Vector<float>.Count; i < logits.Length; i++)
        {
            Insert(logits[i], first + i, ids, values);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Insert(float value, int id, Span<int> ids, Span<float> values)
    {
        var at = values.Length - 1;
        if (!(value > values[at]))
        {
            return;
        }

        for (; at > 0 && value > values[at - 1]; at--)
        {
            values[at] = values[at - 1];
            ids[at] = ids[at - 1];
        }

        values[at] = value;
        ids[at] = id;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Sum, double Weighted) SumExponentials(ReadOnlySpan<float> logits, float max)
    {
        double sum = 0;
        double weighted = 0;
        var top = new Vector<float>(max);
        while (logits.Length >= Vector<float>.Count)
        {
            var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits[..Math.Min(Chunk, logits.Length)]);
            var sums = Vector<float>.Zero;
            var weights = Vector<float>.Zero;
            foreach (var vector in vectors)
            {
                var below = vector - top;
                var exponential = FastExp.OfNegative(below);
                sums += exponential;
                weights += exponential * below;
            }

            sum += Vector.Sum(sums);
            weighted += Vector.Sum(weights);
            logits = logits[(vectors.Length * Vector<float>.Count)..];
        }

        foreach (var logit in logits)
        {
            var below = logit - max;
            var exponential = MathF.Exp(below);
            sum += exponential;
            weighted += exponential * below;
        }

        return (sum, weighted);
    }
}
