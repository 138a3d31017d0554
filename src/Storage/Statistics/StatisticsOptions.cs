namespace LogitLens.Storage.Statistics;

/// <summary>How best layers and filler are told. What every analysis is summed up with beforehand is <see cref="Default"/>; anything else is computed from the readings.</summary>
/// <param name="FirstLayer">The layer window's first layer, 0 = <c>emb</c>.</param>
/// <param name="LastLayer">The layer window's last layer; null for layer L.</param>
/// <param name="Criterion">What makes a layer the best one.</param>
/// <param name="MoreFiller">Token ids that are filler besides those whose text is empty or blank; they belong to one checkpoint.</param>
public sealed record StatisticsOptions(
    int FirstLayer = 1, int? LastLayer = null, BestLayerCriterion Criterion = BestLayerCriterion.Confidence, IReadOnlyList<int>? MoreFiller = null)
{
    /// <summary>Layers 1…L, confidence, blank tokens as filler.</summary>
    public static StatisticsOptions Default { get; } = new();

    /// <summary>The rule of llava-interp and its descendants: every column, <c>emb</c> included.</summary>
    public static StatisticsOptions EarlierTools { get; } = new(FirstLayer: 0);

    /// <summary>Whether this asks for what is summed up beforehand.</summary>
    internal bool IsDefault => this == Default || (FirstLayer == 1 && LastLayer is null && Criterion == BestLayerCriterion.Confidence && MoreFiller is not { Count: > 0 });
}
