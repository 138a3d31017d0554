using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>Finds the best layer at each position.</summary>
internal static class BestLayers
{
    /// <summary>For each position of a segment the place of its best layer in <paramref name="layers"/>, or -1 if it has none.</summary>
    /// <param name="layers">The segment's layers, ascending, all over the same positions.</param>
    /// <param name="finalLayer">L.</param>
    /// <param name="options">Window and criterion.</param>
    public static int[] Find(IReadOnlyList<LayerArrays> layers, int finalLayer, StatisticsOptions options)
    {
        var positions = layers.Count == 0 ? 0 : layers[0].Positions;
        var best = new int[positions];
        Array.Fill(best, -1);
        var last = options.LastLayer ?? finalLayer;
        if (options.Criterion == BestLayerCriterion.FinalToken)
        {
            FindFirstFinal(layers, finalLayer, options.FirstLayer, last, best);
            return best;
        }

        var values = new float[positions];
        for (var place = 0; place < layers.Count; place++)
        {
            var layer = layers[place];
            if (layer.Layer < options.FirstLayer || layer.Layer > last)
            {
                continue;
            }

            switch (options.Criterion)
            {
                case BestLayerCriterion.Confidence:
                    Improve(best, values, place, layer, static (arrays, position) => arrays.Scores[position * arrays.TopK]);
                    break;
                case BestLayerCriterion.Entropy when layer.EntropyBits is not null:
                    Improve(best, values, place, layer, static (arrays, position) => -arrays.EntropyBits![position]);
                    break;
                case BestLayerCriterion.Margin when layer.TopK > 1:
                    Improve(best, values, place, layer, static (arrays, position) =>
                        arrays.ProbabilityOf(arrays.Scores[position * arrays.TopK]) - arrays.ProbabilityOf(arrays.Scores[(position * arrays.TopK) + 1]));
                    break;
                default:
                    break;
            }
        }

        return best;
    }

    private static void Improve(int[] best, float[] values, int place, LayerArrays layer, Func<LayerArrays, int, float> valueAt)
    {
        for (var position = 0; position < best.Length; position++)
        {
            var value = valueAt(layer, position);
            if (best[position] < 0 || value > values[position])
            {
                best[position] = place;
                values[position] = value;
            }
        }
    }

    private static void FindFirstFinal(IReadOnlyList<LayerArrays> layers, int finalLayer, int first, int last, int[] best)
    {
        if (layers.FirstOrDefault(l => l.Layer == finalLayer) is not { } final)
        {
            return;
        }

        for (var place = layers.Count - 1; place >= 0; place--)
        {
            var layer = layers[place];
            if (layer.Layer < first || layer.Layer > last)
            {
                continue;
            }

            for (var position = 0; position < best.Length; position++)
            {
                if (layer.Ids[position * layer.TopK] == final.Ids[position * final.TopK])
                {
                    best[position] = place;
                }
            }
        }
    }
}
