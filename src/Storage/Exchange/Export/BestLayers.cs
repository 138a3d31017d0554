using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Export;

/// <summary>Each position's best layer, by the rules of <c>chooseBest</c> in the explorer's <c>model.js</c>: the first one on ties.</summary>
internal static class BestLayers
{
    /// <summary>For each position the place of its best layer in <paramref name="layers"/>.</summary>
    /// <param name="layers">Layers of the same positions, ascending; at least one.</param>
    /// <param name="window">First and last layer to choose among; null, or one that holds no layer read, for 1…L, and where that holds none for all.</param>
    public static int[] Choose(IReadOnlyList<LayerArrays> layers, BestBy by, (int From, int To)? window)
    {
        var chosen = Window(layers, window);
        var best = new int[layers[0].Positions];
        Array.Fill(best, -1);
        var scores = new float[best.Length];
        for (var place = 0; place < layers.Count; place++)
        {
            var layer = layers[place];
            if (layer.Layer < chosen.From || layer.Layer > chosen.To)
            {
                continue;
            }

            for (var position = 0; position < best.Length; position++)
            {
                var score = ScoreOf(layer, position, by);
                if (best[position] < 0 || score > scores[position])
                {
                    best[position] = place;
                    scores[position] = (float)score;
                }
            }
        }

        return best;
    }

    /// <summary>The window in force.</summary>
    public static (int From, int To) Window(IReadOnlyList<LayerArrays> layers, (int From, int To)? window)
    {
        var asked = window ?? (1, int.MaxValue);
        return layers.Any(layer => layer.Layer >= asked.From && layer.Layer <= asked.To) ? asked : (layers[0].Layer, layers[^1].Layer);
    }

    private static double ScoreOf(LayerArrays layer, int position, BestBy by)
    {
        var at = position * layer.TopK;
        return by switch
        {
            BestBy.Entropy when layer.EntropyBits is { } entropies => -entropies[position],
            BestBy.Margin when layer.TopK > 1 => (double)Scores.Probability(layer, at) - Scores.Probability(layer, at + 1),
            _ => layer.Scores[at],
        };
    }
}
