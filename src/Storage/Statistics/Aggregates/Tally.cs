namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>Tallies of all layers over many analyses of one checkpoint.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<int, LayerTally> _layers = [];

    /// <summary>The layers met, ascending.</summary>
    public IReadOnlyDictionary<int, LayerTally> Layers => _layers;

    public LayerTally At(int layer)
    {
        if (!_layers.TryGetValue(layer, out var tally))
        {
            _layers.Add(layer, tally = new LayerTally());
        }

        return tally;
    }
}
