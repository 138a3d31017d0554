using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>Counts an analysis' readings: a pure function of readings, layout and token facts.</summary>
internal static class AggregateBuilder
{
    /// <summary>The aggregate of one analysis.</summary>
    public static Aggregate Build(AnalysisReadings readings, TokenFacts tokens, StatisticsOptions options)
    {
        var aggregate = new Aggregate();
        Add(readings, tokens, options, aggregate, null);
        return aggregate;
    }

    /// <summary>Adds an analysis to an aggregate, to tallies, or to both.</summary>
    public static void Add(AnalysisReadings readings, TokenFacts tokens, StatisticsOptions options, Aggregate? aggregate, Tally? tally)
    {
        Add(readings.Prompt, readings, tokens, options, aggregate, tally);
        Add(readings.Answer, readings, tokens, options, aggregate, tally);
    }

    private static void Add(
        IReadOnlyList<LayerArrays> layers, AnalysisReadings readings, TokenFacts tokens, StatisticsOptions options, Aggregate? aggregate, Tally? tally)
    {
        if (layers.Count == 0)
        {
            return;
        }

        var best = BestLayers.Find(layers, readings.FinalLayer, options);
        var final = layers.FirstOrDefault(l => l.Layer == readings.FinalLayer);
        for (var place = 0; place < layers.Count; place++)
        {
            if (aggregate is not null)
            {
                AddTo(aggregate, layers[place], place, best, final, readings.Positions, tokens);
            }

            if (tally is not null)
            {
                AddTo(tally.At(layers[place].Layer), layers[place], place, best, readings.Positions, tokens);
            }
        }
    }

    private static void AddTo(Aggregate aggregate, LayerArrays layer, int place, int[] best, LayerArrays? final, PositionMap positions, TokenFacts tokens)
    {
        var groups = new LayerAggregate?[3];
        for (var i = 0; i < layer.Positions; i++)
        {
            var group = positions.GroupOf(layer.FirstPosition + i);
            if (group < 0)
            {
                continue;
            }

            var counts = groups[group] ??= aggregate.At((PositionGroup)group, layer.Layer);
            var id = layer.Ids[i * layer.TopK];
            var isFiller = tokens.IsFiller(id);
            counts.Confidence.Add(layer.ProbabilityOf(layer.Scores[i * layer.TopK]));
            if (layer.EntropyBits is { } entropies)
            {
                counts.Entropy.Add(entropies[i]);
            }

            counts.Filler += isFiller ? 1 : 0;
            counts.Scripts[(int)tokens.ScriptOf(id)]++;
            if (best[i] == place)
            {
                counts.Best++;
                counts.BestFiller += isFiller ? 1 : 0;
            }

            if (final is not null)
            {
                counts.Compared++;
                counts.Agreeing += final.Ids[i * final.TopK] == id ? 1 : 0;
            }
        }
    }

    private static void AddTo(LayerTally tally, LayerArrays layer, int place, int[] best, PositionMap positions, TokenFacts tokens)
    {
        var grids = positions.Grids.Select(tally.At).ToArray();
        for (var i = 0; i < layer.Positions; i++)
        {
            var position = layer.FirstPosition + i;
            var group = positions.GroupOf(position);
            if (group < 0)
            {
                continue;
            }

            var id = layer.Ids[i * layer.TopK];
            tally.AddToken(group, id, 1);
            var (grid, cell) = positions.CellOf(position);
            if (grid < 0)
            {
                continue;
            }

            var sums = grids[grid];
            sums.Count[cell]++;
            sums.Confidence[cell] += HistogramScale.Confidence.UnitsOf(layer.ProbabilityOf(layer.Scores[i * layer.TopK]));
            if (layer.EntropyBits is { } entropies)
            {
                sums.EntropyCount[cell]++;
                sums.Entropy[cell] += HistogramScale.Entropy.UnitsOf(entropies[i]);
            }

            var isFiller = tokens.IsFiller(id) ? 1 : 0;
            sums.Filler[cell] += isFiller;
            if (best[i] == place)
            {
                sums.Best[cell]++;
                sums.BestFiller[cell] += isFiller;
            }
        }
    }
}
