namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>Values counted in the bins of a scale, with their exact sum.</summary>
internal sealed class Histogram(HistogramScale scale)
{
    private readonly long[] _counts = new long[HistogramScale.Bins];

    /// <summary>How many values.</summary>
    public long Count { get; private set; }

    /// <summary>The sum of the values in the scale's units.</summary>
    public long Units { get; private set; }

    /// <summary>How many values are in each bin.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    public HistogramScale Scale => scale;

    /// <summary>The mean, or null without values.</summary>
    public double? Mean => Count == 0 ? null : Units * scale.Unit / Count;

    public void Add(double value)
    {
        _counts[scale.BinOf(value)]++;
        Count++;
        Units += scale.UnitsOf(value);
    }

    /// <summary>Adds values that were counted elsewhere.</summary>
    public void AddCounted(int bin, long count)
    {
        _counts[bin] += count;
        Count += count;
    }

    /// <summary>Adds a sum that was formed elsewhere.</summary>
    public void AddUnits(long units) => Units += units;

    /// <summary>The value below which a share of the values lies, interpolated inside its bin; null without values.</summary>
    public double? Quantile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        var wanted = share * Count;
        var below = 0L;
        for (var bin = 0; bin < _counts.Length; bin++)
        {
            if (_counts[bin] > 0 && below + _counts[bin] >= wanted)
            {
                var inside = Math.Clamp((wanted - below) / _counts[bin], 0, 1);
                return scale.Edges[bin] + (inside * (scale.Edges[bin + 1] - scale.Edges[bin]));
            }

            below += _counts[bin];
        }

        return scale.Edges[^1];
    }
}
