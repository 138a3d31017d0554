using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Comparisons;

/// <summary>Two runs over the images that both have: patches of the second against those of the first.</summary>
/// <param name="First">The run differences are taken from.</param>
/// <param name="Second">The other.</param>
/// <param name="OnlyFirst">Done analyses of the first that have no partner in the second.</param>
/// <param name="OnlySecond">The other way.</param>
/// <param name="LeftOut">Pairs that cannot be compared, and why; none of them is in <paramref name="Pairs"/>.</param>
/// <param name="ByArea">Pairs whose pictures are cut into other patches, compared by the area they cover.</param>
/// <param name="EqualByCausality">Pairs all of whose patches stand before the first input that differs, by the same checkpoint: they must be equal.</param>
/// <param name="EqualButDiffering">Those of them that are not.</param>
/// <param name="ByDepth">The checkpoints have other numbers of layers: each layer stands beside the second's at the same share of the depth.</param>
/// <param name="ByText">The checkpoints have other vocabularies: tokens are the same where their texts are.</param>
/// <param name="Layers">Each layer of the first that both have, ascending.</param>
/// <param name="Pairs">Each pair, in the order of the first run.</param>
public sealed record RunComparison(
    RunId First,
    RunId Second,
    int OnlyFirst,
    int OnlySecond,
    int LeftOut,
    int ByArea,
    int EqualByCausality,
    int EqualButDiffering,
    bool ByDepth,
    bool ByText,
    IReadOnlyList<LayerDifference> Layers,
    IReadOnlyList<PairDifference> Pairs)
{
    /// <summary>A page of pairs, the most different first.</summary>
    /// <param name="order">What makes a pair different.</param>
    /// <param name="layer">At this layer of the first; null for the mean over layers.</param>
    public Page<PairDifference> Rank(PairOrder order, int? layer, int skip, int take)
    {
        var place = layer is { } wanted ? Layers.Select(l => l.Layer).ToList().IndexOf(wanted) : -1;
        IEnumerable<PairDifference> ranked = order == PairOrder.Name
            ? Pairs.OrderBy(pair => pair.ImageName, StringComparer.OrdinalIgnoreCase).ThenBy(pair => pair.First.Value)
            : Pairs.OrderByDescending(pair => pair.Size(order, place)).ThenBy(pair => pair.First.Value);
        return new Page<PairDifference>([.. ranked.Skip(skip).Take(take)], Pairs.Count);
    }
}
