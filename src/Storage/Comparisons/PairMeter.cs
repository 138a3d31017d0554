using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Comparisons;

/// <summary>Measures pairs of analyses: a pure function of their summaries and layouts.</summary>
/// <param name="layers">Layers of the first beside layers of the second.</param>
/// <param name="tokens">For each token of the second the first's, or null where ids mean the same.</param>
internal sealed class PairMeter(IReadOnlyList<(int First, int Second)> layers, IReadOnlyDictionary<int, int>? tokens)
{
    private float[] _confidence = [];
    private float[] _entropy = [];

    /// <summary>Measures one pair, or says null where one of them was not read at all of the layers.</summary>
    public (float[] Changed, float[] Confidence, float[] Entropy)? Measure(
        IReadOnlyDictionary<int, LayerArrays> first, IReadOnlyDictionary<int, LayerArrays> second, PatchAlignment alignment)
    {
        var count = alignment.First.Length;
        if (count == 0)
        {
            return null;
        }

        if (_confidence.Length != count)
        {
            (_confidence, _entropy) = (new float[count], new float[count]);
        }

        var (changed, confidence, entropy) = (new float[layers.Count], new float[layers.Count], new float[layers.Count]);
        for (var place = 0; place < layers.Count; place++)
        {
            if (!first.TryGetValue(layers[place].First, out var a) || !second.TryGetValue(layers[place].Second, out var b))
            {
                return null;
            }

            var others = 0;
            for (var i = 0; i < count; i++)
            {
                var (x, y) = ((alignment.First[i] - a.FirstPosition) * a.TopK, (alignment.Second[i] - b.FirstPosition) * b.TopK);
                others += IsSame(a.Ids[x], b.Ids[y]) ? 0 : 1;
                _confidence[i] = b.ProbabilityOf(b.Scores[y]) - a.ProbabilityOf(a.Scores[x]);
                _entropy[i] = a.EntropyBits is { } mine && b.EntropyBits is { } theirs ? theirs[alignment.Second[i] - b.FirstPosition] - mine[alignment.First[i] - a.FirstPosition] : float.NaN;
            }

            changed[place] = (float)others / count;
            confidence[place] = Median(_confidence);
            entropy[place] = float.IsNaN(_entropy[0]) ? float.NaN : Median(_entropy);
        }

        return (changed, confidence, entropy);
    }

    /// <summary>The layers of a packed summary, by number.</summary>
    public static Dictionary<int, LayerArrays> Unpack(byte[] summaries) => ReadingCodec.Cut(summaries).Select(one => ReadingCodec.Unpack(one.Span)).ToDictionary(layer => layer.Layer);

    private bool IsSame(int first, int second) => tokens is null ? first == second : tokens.TryGetValue(second, out var known) && known == first;

    private static float Median(float[] values)
    {
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
