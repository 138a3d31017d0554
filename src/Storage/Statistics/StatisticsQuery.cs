namespace LogitLens.Storage.Statistics;

/// <summary>A question.</summary>
public sealed record StatisticsQuery(StatisticsScope Scope, StatisticsOptions Options, StatisticsPart Part)
{
    /// <summary>Layers, told the default way.</summary>
    public static StatisticsQuery Layers(StatisticsScope scope) => new(scope, StatisticsOptions.Default, StatisticsPart.Layers);

    /// <summary>Tokens and maps, told the default way.</summary>
    public static StatisticsQuery TokensAndMaps(StatisticsScope scope) => new(scope, StatisticsOptions.Default, StatisticsPart.TokensAndMaps);
}
