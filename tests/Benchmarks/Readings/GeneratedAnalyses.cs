using LogitLens.Storage.Readings;

namespace LogitLens.Benchmarks.Readings;

/// <summary>Any number of analyses, each like a real picture's and none like another: the n-th is always the same.</summary>
internal sealed class GeneratedAnalyses(PrototypeReadings prototypes)
{
    /// <summary>
    /// The n-th analysis. A prototype with its patches moved round, its own words exchanged one to one for others, some much more frequent than others over all
    /// analyses, and what pictures share left as it is: it has as many different tokens as a real page, and any two share about as many as two real pages do.
    /// </summary>
    public IReadOnlyList<LayerArrays> Make(int number)
    {
        var random = new Random(number);
        var layers = prototypes.Readings[number % prototypes.Readings.Count];
        var exchange = Exchange(random);
        var shift = random.Next(PrototypeReadings.Side * PrototypeReadings.Side);
        return [.. layers.Select(layer => Vary(layer, exchange, shift))];
    }

    private int[] Exchange(Random random)
    {
        var exchange = Enumerable.Range(0, PrototypeReadings.Vocabulary).ToArray();
        var taken = (bool[])prototypes.IsCommon.Clone();
        for (var id = 0; id < exchange.Length; id++)
        {
            if (!prototypes.IsCommon[id])
            {
                // The cube of an even number favours low ranks as r^(-2/3); ranks are spread over the ids, as frequent tokens are.
                var rank = (int)(PrototypeReadings.Vocabulary * Math.Pow(random.NextDouble(), 3));
                while (prototypes.IsOwn[id] && taken[rank * 20_011L % PrototypeReadings.Vocabulary])
                {
                    rank = (rank + 1) % PrototypeReadings.Vocabulary;
                }

                exchange[id] = (int)(rank * 20_011L % PrototypeReadings.Vocabulary);
                taken[exchange[id]] |= prototypes.IsOwn[id];
            }
        }

        return exchange;
    }

    private static LayerArrays Vary(LayerArrays layer, int[] exchange, int shift)
    {
        const int Patches = PrototypeReadings.Side * PrototypeReadings.Side;
        const int First = PrototypeReadings.FirstPatch;
        var k = layer.TopK;
        var (ids, scores, entropies) = (new int[layer.Ids.Length], new float[layer.Scores.Length], new float[layer.Positions]);
        for (var position = 0; position < layer.Positions; position++)
        {
            var from = position is >= First and < First + Patches ? First + ((position - First + shift) % Patches) : position;
            for (var rank = 0; rank < k; rank++)
            {
                ids[(position * k) + rank] = exchange[layer.Ids[(from * k) + rank]];
            }

            layer.Scores.AsSpan(from * k, k).CopyTo(scores.AsSpan(position * k));
            entropies[position] = layer.EntropyBits![from];
        }

        return layer with { Ids = ids, Scores = scores, EntropyBits = entropies };
    }
}
