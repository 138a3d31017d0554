namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>Where the 64 bins of a histogram lie. The scales are part of stored aggregates: another scale is another version of <see cref="AggregateCodec"/>.</summary>
/// <remarks>
/// <para>
/// <em>Confidence</em>: edge i is sin²(π i / 128). Bins are narrow where probabilities crowd, near 0 (early layers: 0.0006, 0.0024, 0.0054, …) and near 1 (late
/// ones), and at most sin(π/64)/2 = 0.0246 wide, at 0.5; at p the width is about π √(p (1 − p)) / 64, so every bin is about as many standard errors of a share wide.
/// </para>
/// <para>
/// <em>Entropy</em>, in bits: edge i is 18 (i / 64)^1.5. 18 bits are log2 of 262,144 ids, more than any vocabulary read so far; one scale for all
/// vocabularies lets checkpoints stand side by side. Bins are 0.035 wide at 0, 0.28 at 8 bits and 0.42 at 18; what lies beyond 18 counts in the last bin.
/// </para>
/// <para>
/// A quartile is interpolated inside the bin that holds it, so it errs by less than that bin's width: 0.0246 of probability, 0.43 bits. Means don't come from
/// bins: sums are kept as whole numbers of <see cref="Unit"/>, so they are exact to half a unit per value, and adding them up in any order gives the same.
/// </para>
/// </remarks>
internal sealed class HistogramScale
{
    /// <summary>Bins in a histogram.</summary>
    public const int Bins = 64;

    /// <summary>Probabilities of top-1 tokens.</summary>
    public static readonly HistogramScale Confidence = new(i => Math.Pow(Math.Sin(Math.PI * i / (2 * Bins)), 2), 1.0 / (1 << 24));

    /// <summary>Entropies in bits.</summary>
    public static readonly HistogramScale Entropy = new(i => 18 * Math.Pow((double)i / Bins, 1.5), 1.0 / (1 << 20));

    private readonly double[] _edges;

    private HistogramScale(Func<int, double> edge, double unit)
    {
        _edges = [.. Enumerable.Range(0, Bins + 1).Select(edge)];
        Unit = unit;
    }

    /// <summary>What sums are counted in.</summary>
    public double Unit { get; }

    /// <summary>The 65 edges, ascending; bin i holds edge i ≤ value &lt; edge i + 1, the last one its upper edge and everything beyond as well.</summary>
    public IReadOnlyList<double> Edges => _edges;

    /// <summary>A value in units.</summary>
    public long UnitsOf(double value) => (long)Math.Round(value / Unit);

    /// <summary>The bin of a value.</summary>
    public int BinOf(double value)
    {
        // Six steps; the inverse function would have to agree with the edges to the last bit.
        var bin = 0;
        for (var step = Bins / 2; step > 0; step /= 2)
        {
            if (value >= _edges[bin + step])
            {
                bin += step;
            }
        }

        return bin;
    }
}
