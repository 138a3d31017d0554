using System.Globalization;
using LogitLens.Inference.Tests.Models;

namespace LogitLens.Inference.Tests;

/// <summary>Compares one golden file tensor by tensor, and keeps the largest deviation of each.</summary>
internal sealed class GoldenComparison(GoldenFile golden)
{
    private readonly Dictionary<string, float> _largest = [];
    private int _exchanged;

    public void Equal(string name, IEnumerable<int> actual)
    {
        Assert.Equal(golden.Ints(name), actual);
        _largest[name] = 0;
    }

    /// <summary>Every value within the tolerance.</summary>
    public void Close(string name, ReadOnlySpan<float> actual, float tolerance, int start = 0)
    {
        var expected = golden.Floats(name).AsSpan(start, actual.Length);
        GoldenCase.AssertClose(expected, actual, tolerance, name);
        for (var i = 0; i < actual.Length; i++)
        {
            Keep(name, Math.Abs(expected[i] - actual[i]));
        }
    }

    /// <summary>Every row within the tolerance times its largest value.</summary>
    public void RowsClose(string name, ReadOnlySpan<float> actual, int width, float tolerance, int start)
    {
        var expected = golden.Floats(name).AsSpan(start, actual.Length);
        GoldenCase.AssertRowsClose(expected, actual, width, tolerance, name);
        for (var row = 0; row < actual.Length; row += width)
        {
            var (largest, worst) = (0f, 0f);
            for (var i = row; i < row + width; i++)
            {
                (largest, worst) = (Math.Max(largest, Math.Abs(expected[i])), Math.Max(worst, Math.Abs(expected[i] - actual[i])));
            }

            Keep(name, worst / largest);
        }
    }

    /// <summary>Ids and probabilities, ids where the reference's neighbours are not too close.</summary>
    public void TopK(string name, int[] ids, float[] logProbabilities, int k, int start)
    {
        var expectedIds = golden.Ints(name + "_ids").AsSpan(start, ids.Length);
        var expected = golden.Floats(name + "_probs").AsSpan(start, ids.Length);
        GoldenCase.AssertTopK(expectedIds, expected, ids, logProbabilities, k, name);
        for (var i = 0; i < ids.Length; i++)
        {
            Keep(name + "_probs", Math.Abs(expected[i] - MathF.Exp(logProbabilities[i])));
            _exchanged += expectedIds[i] == ids[i] ? 0 : 1;
        }

        _largest[name + "_ids"] = 0;
    }

    /// <summary>Asserts that nothing of the file was left out but what is named, and gives the deviations in one line.</summary>
    public string Finish(params ReadOnlySpan<string> leftOut)
    {
        var all = golden.Names.ToHashSet();
        all.ExceptWith(_largest.Keys);
        all.ExceptWith(leftOut.ToArray());
        Assert.Empty(all);
        return Deviations();
    }

    /// <summary>The deviations so far, in one line.</summary>
    public string Deviations()
    {
        var figures = _largest
            .Where(pair => !pair.Key.EndsWith("_ids", StringComparison.Ordinal))
            .Select(pair => $"{pair.Key} {pair.Value.ToString("0.0e0", CultureInfo.InvariantCulture)}");
        return $"{string.Join(", ", figures)}; ids exchanged between ties: {_exchanged}";
    }

    private void Keep(string name, float deviation) => _largest[name] = Math.Max(_largest.GetValueOrDefault(name), deviation);
}
