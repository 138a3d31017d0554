using LogitLens.Storage.Statistics.Aggregates;

namespace LogitLens.Storage.Statistics;

/// <summary>The 65 edges of the bins of every <see cref="Distribution"/>, ascending.</summary>
public static class StatisticsScales
{
    /// <summary>sin²(π i / 128): narrow near 0 and near 1, at most 0.0246 wide at 0.5.</summary>
    public static IReadOnlyList<double> Confidence => HistogramScale.Confidence.Edges;

    /// <summary>18 (i / 64)^1.5 bits: 0.035 wide at 0, 0.42 at 18; more than 18 bits count in the last bin.</summary>
    public static IReadOnlyList<double> Entropy => HistogramScale.Entropy.Edges;
}
