using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Comparisons;

/// <summary>Two analyses of one image, and how far they are apart, layer by layer.</summary>
/// <param name="First">Of the first run.</param>
/// <param name="Second">Of the second.</param>
/// <param name="Patches">Patches that stand for each other.</param>
/// <param name="Changed">At each layer compared, the share of them with another top-1 token.</param>
/// <param name="Confidence">At each layer, the median of the second's confidence less the first's.</param>
/// <param name="Entropy">At each layer, the same of entropies in bits; NaN where there is none.</param>
public sealed record PairDifference(
    AnalysisId First,
    AnalysisId Second,
    string ImageSha256,
    string ImageName,
    int Patches,
    IReadOnlyList<float> Changed,
    IReadOnlyList<float> Confidence,
    IReadOnlyList<float> Entropy)
{
    /// <summary>How different they are.</summary>
    /// <param name="place">At the layer of this place among those compared; -1 for the mean over all of them.</param>
    public float Size(PairOrder order, int place)
    {
        var values = order switch
        {
            PairOrder.Confidence => Confidence,
            PairOrder.Entropy => Entropy,
            _ => Changed,
        };
        if (place >= 0)
        {
            return Known(values[place]);
        }

        var sum = 0f;
        foreach (var value in values)
        {
            sum += Known(value);
        }

        return values.Count == 0 ? 0 : sum / values.Count;

        static float Known(float value) => float.IsNaN(value) ? 0 : MathF.Abs(value);
    }
}
