using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Statistics.Aggregates;

namespace LogitLens.Storage.Statistics;

/// <summary>Statistics over analyses of one checkpoint. Layers and tokens of different checkpoints are different things, so they are never mixed.</summary>
public sealed class CheckpointStatistics
{
    private readonly Aggregate? _aggregate;
    private readonly Tally? _tally;
    private readonly TokenFacts _facts;
    private readonly Func<int, TokenRow?> _rowOf;
    private readonly StatisticsOptions _options;

    internal CheckpointStatistics(
        CheckpointRow checkpoint, int runs, int analyses, int missing, StatisticsOptions options, Aggregate? aggregate, Tally? tally, TokenFacts facts, Func<int, TokenRow?> rowOf)
    {
        Checkpoint = checkpoint;
        Runs = runs;
        Analyses = analyses;
        Missing = missing;
        _options = options;
        _aggregate = aggregate;
        _tally = tally;
        _facts = facts;
        _rowOf = rowOf;
    }

    /// <summary>The checkpoint.</summary>
    public CheckpointRow Checkpoint { get; }

    /// <summary>How many runs the analyses are from.</summary>
    public int Runs { get; }

    /// <summary>How many analyses went in.</summary>
    public int Analyses { get; }

    /// <summary>How many Done analyses did not go in, because they come from an earlier version and have not been brought over yet.</summary>
    public int Missing { get; }

    /// <summary>Distributions, best layers, agreement, filler and scripts of a group; no layers where there is nothing, as in a run without answers.</summary>
    /// <exception cref="InvalidOperationException">The question was about tokens and maps.</exception>
    public GroupStatistics Group(PositionGroup group)
    {
        var layers = (_aggregate ?? throw NotAsked(StatisticsPart.Layers)).Layers(group);
        return new GroupStatistics(group, BestOf(layers), [.. layers.Select(l => Describe(l.Key, l.Value))]);
    }

    /// <summary>The layers that have tokens and maps, ascending.</summary>
    /// <exception cref="InvalidOperationException">The question was about layers.</exception>
    public IReadOnlyList<int> TokenLayers => [.. Tallies.Layers.Keys];

    /// <summary>The most frequent top-1 tokens of a group at a layer.</summary>
    /// <param name="withFiller">Whether filler is listed; it counts among the positions either way.</param>
    /// <exception cref="InvalidOperationException">The question was about layers.</exception>
    public LayerTokens Tokens(PositionGroup group, int layer, int take, bool withFiller = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(take);
        var counts = Tallies.Layers.GetValueOrDefault(layer)?.Tokens(group) ?? new Dictionary<int, long>();
        var positions = counts.Values.Sum();
        var top = counts
            .Where(c => withFiller || !_facts.IsFiller(c.Key))
            .OrderByDescending(c => c.Value)
            .ThenBy(c => c.Key)
            .Take(take)
            .Select(c => new TokenCount(_rowOf(c.Key) ?? new TokenRow(c.Key, "", "", $"#{c.Key}", 3), c.Value, (double)c.Value / positions, _facts.IsFiller(c.Key)));
        return new LayerTokens(layer, positions, counts.Count, [.. top]);
    }

    /// <summary>The tiles that patches lie on.</summary>
    /// <exception cref="InvalidOperationException">The question was about layers.</exception>
    public IReadOnlyList<int> Tiles => [.. Tallies.Layers.Values.SelectMany(l => l.Grids.Keys).Select(g => g.Tile).Distinct().Order()];

    /// <summary>A mean over analyses for each cell of a tile's grid; null where no patch lies on that tile at that layer.</summary>
    /// <param name="quantity">What to show.</param>
    /// <param name="layer">The layer; without meaning for <see cref="MapQuantity.BestLayer"/> and <see cref="MapQuantity.Mask"/>.</param>
    /// <param name="tile">The tile.</param>
    /// <exception cref="InvalidOperationException">The question was about layers.</exception>
    public MeanMap? Map(MapQuantity quantity, int layer, int tile = 0)
    {
        var overLayers = quantity is MapQuantity.BestLayer or MapQuantity.Mask;
        var layers = Tallies.Layers.Where(l => overLayers || l.Key == layer).ToList();
        var sums = new Dictionary<GridShape, CellSums>();
        foreach (var (number, tally) in layers)
        {
            foreach (var (shape, grid) in tally.Grids.Where(g => g.Key.Tile == tile))
            {
                if (!sums.TryGetValue(shape, out var cells))
                {
                    sums.Add(shape, cells = new CellSums(shape));
                }

                cells.Add(quantity, number, grid);
            }
        }

        if (sums.Count == 0)
        {
            return null;
        }

        var common = sums.Values.OrderByDescending(s => s.Patches).ThenBy(s => s.Shape).First().Shape;
        var values = CellSums.MeanOver(common, [.. sums.Values]);
        return new MeanMap(quantity, overLayers ? null : layer, tile, common.Rows, common.Columns, values, sums.Values.Sum(s => s.Patches), sums.Count > 1);
    }

    private Tally Tallies => _tally ?? throw NotAsked(StatisticsPart.TokensAndMaps);

    private BestLayerHistogram BestOf(IReadOnlyDictionary<int, LayerAggregate> layers)
    {
        var lastThird = (2 * Checkpoint.Layers / 3) + 1;
        var window = layers.Where(l => l.Key >= _options.FirstLayer && l.Key <= (_options.LastLayer ?? Checkpoint.Layers)).ToList();
        var positions = window.Sum(l => l.Value.Best);
        return new BestLayerHistogram(
            [.. window.Select(l => new BestLayerCount(l.Key, l.Value.Best, positions == 0 ? 0 : (double)l.Value.Best / positions, l.Value.BestFiller))],
            positions,
            lastThird,
            positions == 0 ? null : (double)window.Where(l => l.Key >= lastThird).Sum(l => l.Value.Best) / positions,
            positions == 0 ? null : (double)window.Sum(l => l.Value.BestFiller) / positions);
    }

    private static LayerStatistics Describe(int layer, LayerAggregate counts) => new(
        layer,
        counts.Positions,
        Describe(counts.Confidence)!,
        Describe(counts.Entropy),
        (double)counts.Filler / counts.Positions,
        counts.Compared == 0 ? null : (double)counts.Agreeing / counts.Compared,
        counts.Compared,
        [.. counts.Scripts
            .Select((count, script) => new ScriptShare((TextScript)script, count, (double)count / counts.Positions))
            .Where(s => s.Count > 0)
            .OrderByDescending(s => s.Count)
            .ThenBy(s => s.Script)]);

    private static Distribution? Describe(Histogram histogram) => histogram.Mean is { } mean
        ? new Distribution(
            histogram.Count, mean, histogram.Quantile(0.25)!.Value, histogram.Quantile(0.5)!.Value, histogram.Quantile(0.75)!.Value, histogram.Counts.ToArray())
        : null;

    private static InvalidOperationException NotAsked(StatisticsPart part) => new($"These statistics were not asked about {part}.");
}
