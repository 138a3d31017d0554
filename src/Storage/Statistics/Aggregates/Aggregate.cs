namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>What is counted layer by layer over one analysis, or over many of one checkpoint.</summary>
internal sealed class Aggregate
{
    private readonly SortedList<int, LayerAggregate>[] _groups = [new(), new(), new()];

    /// <summary>The layers of a group that have something, ascending.</summary>
    public IReadOnlyDictionary<int, LayerAggregate> Layers(PositionGroup group) => _groups[(int)group];

    /// <summary>The counts of a group at a layer, made if need be.</summary>
    public LayerAggregate At(PositionGroup group, int layer)
    {
        var layers = _groups[(int)group];
        if (!layers.TryGetValue(layer, out var counts))
        {
            layers.Add(layer, counts = new LayerAggregate());
        }

        return counts;
    }

    /// <summary>The counts of a group at a layer, or null.</summary>
    public LayerAggregate? Find(PositionGroup group, int layer) => _groups[(int)group].GetValueOrDefault(layer);
}
