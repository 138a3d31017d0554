namespace LogitLens.Storage.Statistics;

/// <summary>What statistics are asked about.</summary>
public enum StatisticsPart : byte
{
    /// <summary>Distributions, best layers, agreement, filler and scripts by layer: from aggregates, in well under a second over everything.</summary>
    Layers = 0,

    /// <summary>Tokens by layer and means over the grid: from a run's sums, or from summaries where the scope is not whole runs.</summary>
    TokensAndMaps = 1,
}
