using System.Numerics;
using System.Runtime.InteropServices;

namespace LogitLens.Inference.Lens;

/// <summary>Reads one position's logits: the k largest, log Σ exp and entropy, in one pass over memory that is still in the cache.</summary>
internal static class LogitScan
{
    // Sums run in fp32 lanes over this many logits and are then added up in fp64.
    private const int Chunk = 2048;

    /// <summary>Reads one row.</summary>
    /// <param name="logits">All logits of one position.</param>
    /// <param name="ids">Receives as many ids as it is long, by falling logit, the lower id first on ties.</param>
    /// <param name="logProbabilities">Receives their log-probabilities; as long as <paramref name="ids"/>, and no longer than <paramref name="logits"/>.</param>
    /// <param name="logSumExp">log Σ exp(logit), natural.</param>
    /// <param name="entropyBits">Entropy of the softmax, in bits.</param>
    /// <returns>False if the logits hold something that is not a finite number; nothing else is then to be used.</returns>
    public static bool Read(ReadOnlySpan<float> logits, Span<int> ids, Span<float> logProbabilities, out float logSumExp, out float entropyBits)
    {
        var max = FindLargest(logits, ids, logProbabilities);
        var (sum, weighted) = SumExponentials(logits, max);

        // With z = logit − max: p = eᶻ / Σeᶻ, and H = −Σ p·log p = log Σeᶻ − Σ p·z.
        var log = Math.Log(sum);
        logSumExp = (float)(max + log);
        entropyBits = (float)Math.Max(0, (log - (weighted / sum)) / Math.Log(2));
        for (var i = 0; i < logProbabilities.Length; i++)
        {
            logProbabilities[i] = (float)(logProbabilities[i] - (double)max - log);
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

    /// <summary>Fills <paramref name="ids"/> and their <paramref name="values"/>, largest first, and returns the largest.</summary>
    private static float FindLargest(ReadOnlySpan<float> logits, Span<int> ids, Span<float> values)
    {
        // Ids come in ascending order, so an equal value goes behind those that are there: the lower id stays first.
        values.Fill(float.NegativeInfinity);
        ids.Clear();
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        var last = values.Length - 1;
        var bar = new Vector<float>(float.NegativeInfinity);
        for (var v = 0; v < vectors.Length; v++)
        {
            if (Vector.GreaterThanAny(vectors[v], bar))
            {
                for (int id = v * Vector<float>.Count, end = id + Vector<float>.Count; id < end; id++)
                {
                    Insert(logits[id], id, ids, values);
                }

                bar = new Vector<float>(values[last]);
            }
        }

        for (var id = vectors.Length * Vector<float>.Count; id < logits.Length; id++)
        {
            Insert(logits[id], id, ids, values);
        }

        return values[0];
    }

    private static void Insert(float value, int id, Span<int> ids, Span<float> values)
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
                var exponential = Vector.Exp(below);
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
