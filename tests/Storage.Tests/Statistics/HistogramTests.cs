using LogitLens.Storage.Statistics.Aggregates;

namespace LogitLens.Storage.Tests.Statistics;

public sealed class HistogramTests
{
    public static TheoryData<string, double> Scales => new() { { "confidence", 0.0246 }, { "entropy", 0.43 } };

    [Theory]
    [MemberData(nameof(Scales))]
    public void BinOf_EdgesAndMiddles_AreInTheBinThatBeginsThere(string name, double widest)
    {
        var scale = ScaleOf(name);
        for (var bin = 0; bin < HistogramScale.Bins; bin++)
        {
            Assert.Equal(bin, scale.BinOf(scale.Edges[bin]));
            Assert.Equal(bin, scale.BinOf((scale.Edges[bin] + scale.Edges[bin + 1]) / 2));
            Assert.InRange(scale.Edges[bin + 1] - scale.Edges[bin], 1e-9, widest);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 63)]
    [InlineData(0.00059, 0)]
    [InlineData(0.9999, 63)]
    [InlineData(0.5, 32)]
    public void BinOf_Probability_IsAsDocumented(double probability, int bin) => Assert.Equal(bin, HistogramScale.Confidence.BinOf(probability));

    [Theory]
    [InlineData(17.99, 63)]
    [InlineData(18, 63)]
    [InlineData(40, 63)]
    public void BinOf_MuchEntropy_IsTheLastBin(double bits, int bin) => Assert.Equal(bin, HistogramScale.Entropy.BinOf(bits));

    [Theory]
    [MemberData(nameof(Scales))]
    public void Quantile_ManyValues_ErrsByLessThanItsBin(string name, double widest)
    {
        var scale = ScaleOf(name);
        var histogram = new Histogram(scale);
        var random = new Random(7);

        // Most of them small, as confidences are, over the whole scale.
        var values = Enumerable.Range(0, 5001).Select(_ => Math.Pow(random.NextDouble(), 4) * scale.Edges[^1]).Order().ToArray();
        foreach (var value in values)
        {
            histogram.Add(value);
        }

        foreach (var share in new[] { 0.0, 0.25, 0.5, 0.75, 1.0 })
        {
            var exact = values[(int)(share * 5000)];
            var bin = scale.BinOf(exact);
            Assert.InRange(Math.Abs(histogram.Quantile(share)!.Value - exact), 0, Math.Min(widest, scale.Edges[bin + 1] - scale.Edges[bin]));
        }
    }

    [Fact]
    public void Mean_ManyValues_IsExactToHalfAUnit()
    {
        var histogram = new Histogram(HistogramScale.Confidence);
        var random = new Random(8);
        var values = Enumerable.Range(0, 1000).Select(_ => random.NextDouble()).ToArray();
        foreach (var value in values)
        {
            histogram.Add(value);
        }

        Assert.Equal(values.Average(), histogram.Mean!.Value, 0.5 / (1 << 24));
    }

    [Fact]
    public void Mean_NoValues_IsNone()
    {
        var histogram = new Histogram(HistogramScale.Entropy);

        Assert.Null(histogram.Mean);
        Assert.Null(histogram.Quantile(0.5));
    }

    private static HistogramScale ScaleOf(string name) => name == "entropy" ? HistogramScale.Entropy : HistogramScale.Confidence;
}
