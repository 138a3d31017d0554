using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Statistics;

/// <summary>A question.</summary>
public sealed record StatisticsQuery(AnalysisFilter Scope, StatisticsOptions Options, StatisticsPart Part)
{
    /// <summary>Layers, told the default way.</summary>
    public static StatisticsQuery Layers(AnalysisFilter scope) => new(scope, StatisticsOptions.Default, StatisticsPart.Layers);

    /// <summary>Tokens and maps, told the default way.</summary>
    public static StatisticsQuery TokensAndMaps(AnalysisFilter scope) => new(scope, StatisticsOptions.Default, StatisticsPart.TokensAndMaps);
}
