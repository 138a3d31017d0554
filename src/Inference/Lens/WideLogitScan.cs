using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LogitLens.Inference.Lens;

/// <summary>What <see cref="LogitScan"/> does most, for processors with 512-bit vectors.</summary>
internal static class WideLogitScan
{
    // Sums run in fp32 lanes over this many logits and are then added up in fp64.
    private const int Chunk = 4096;
    private const int Lanes = 16;

    // Logits seen by lane: the k-th largest of these maxima is no greater than the k-th largest of all.
    private const int Groups = 4 * Lanes;

    /// <summary>As <see cref="LogitScan.Add"/> finds them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FindLargest(ReadOnlySpan<float> logits, int first, Span<int> ids, Span<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector512<float>>(logits);
        var last = values.Length - 1;
        var least = values[last];
        if (float.IsNegativeInfinity(least) && values.Length <= Groups / 2 && vectors.Length >= Groups / Lanes * 4)
        {
            // An empty list lets nearly everything in at first; a bar that is known before spares most of it. What equals the bar has to come in, too.
            least = MathF.BitDecrement(LargestOfGroups(vectors, values.Length));
        }

        var bar = Vector512.Create(least);
        for (var v = 0; v < vectors.Length; v++)
        {
            for (var above = Vector512.GreaterThan(vectors[v], bar).ExtractMostSignificantBits(); above != 0; above &= above - 1)
            {
                var i = (v * Lanes) + BitOperations.TrailingZeroCount(above);
                LogitScan.Insert(logits[i], first + i, ids, values);
                if (values[last] > least)
                {
                    least = values[last];
                    bar = Vector512.Create(least);
                }
            }
        }

        for (var i = vectors.Length * Lanes; i < logits.Length; i++)
        {
            LogitScan.Insert(logits[i], first + i, ids, values);
        }
    }

    /// <summary>The count-th largest of the greatest logits of 64 groups.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float LargestOfGroups(ReadOnlySpan<Vector512<float>> vectors, int count)
    {
        var (a, b, c, d) = (vectors[0], vectors[1], vectors[2], vectors[3]);
        for (var v = 4; v + 3 < vectors.Length; v += 4)
        {
            a = Vector512.MaxNative(a, vectors[v]);
            b = Vector512.MaxNative(b, vectors[v + 1]);
            c = Vector512.MaxNative(c, vectors[v + 2]);
            d = Vector512.MaxNative(d, vectors[v + 3]);
        }

        Span<float> all = stackalloc float[Groups];
        a.CopyTo(all);
        b.CopyTo(all[Lanes..]);
        c.CopyTo(all[(2 * Lanes)..]);
        d.CopyTo(all[(3 * Lanes)..]);

        // Without a branch that could be guessed wrong: the smallest that fewer than count others exceed.
        var found = float.PositiveInfinity;
        foreach (var candidate in all)
        {
            var bar = Vector512.Create(candidate);
            var exceeding = BitOperations.PopCount(
                    Vector512.GreaterThan(a, bar).ExtractMostSignificantBits() | (Vector512.GreaterThan(b, bar).ExtractMostSignificantBits() << Lanes)
                    | (Vector512.GreaterThan(c, bar).ExtractMostSignificantBits() << (2 * Lanes)) | (Vector512.GreaterThan(d, bar).ExtractMostSignificantBits() << (3 * Lanes)));
            found = exceeding < count ? MathF.Min(found, candidate) : found;
        }

        return found;
    }

    /// <summary>Σ eᶻ and Σ z·eᶻ with z = logit − <paramref name="max"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Sum, double Weighted) SumExponentials(ReadOnlySpan<float> logits, float max)
    {
        double sum = 0;
        double weighted = 0;
        var top = Vector512.Create(max);
        while (logits.Length >= Lanes)
        {
            var vectors = MemoryMarshal.Cast<float, Vector512<float>>(logits[..Math.Min(Chunk, logits.Length)]);
            var (sums, weights) = (Vector512<float>.Zero, Vector512<float>.Zero);
            var (otherSums, otherWeights) = (Vector512<float>.Zero, Vector512<float>.Zero);
            var v = 0;
            for (; v + 1 < vectors.Length; v += 2)
            {
                var (below, other) = (vectors[v] - top, vectors[v + 1] - top);
                var (exponential, second) = (FastExp.OfNegative(below), FastExp.OfNegative(other));
                (sums, otherSums) = (sums + exponential, otherSums + second);
                weights = Vector512.FusedMultiplyAdd(exponential, below, weights);
                otherWeights = Vector512.FusedMultiplyAdd(second, other, otherWeights);
            }

            if (v < vectors.Length)
            {
                var below = vectors[v] - top;
                var exponential = FastExp.OfNegative(below);
                sums += exponential;
                weights = Vector512.FusedMultiplyAdd(exponential, below, weights);
            }

            sum += Vector512.Sum(sums + otherSums);
            weighted += Vector512.Sum(weights + otherWeights);
            logits = logits[(vectors.Length * Lanes)..];
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
