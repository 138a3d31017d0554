namespace LogitLens.Storage.Exchange.Export.Maps;

/// <summary>How a map is drawn.</summary>
/// <param name="Kind">What it shows.</param>
/// <param name="Layer">The layer shown; null for each patch's best. A map of best layers is the same at any layer.</param>
/// <param name="By">How the best layer is chosen.</param>
/// <param name="Window">First and last layer it is chosen among; null for 1…L.</param>
/// <param name="TokenId">The token of a <see cref="MapKind.Token"/> map.</param>
/// <param name="Dark">Dark or light colours, as the explorer's.</param>
/// <param name="OverPicture">Over the picture, or alone.</param>
/// <param name="Strength">How much of the picture the map covers, 0…1; alone it is always 1.</param>
/// <param name="Size">The longer side of the picture's area in pixels, <see cref="MinSize"/> to <see cref="MaxSize"/>.</param>
/// <param name="Title">The title; null for one that names image and map, empty for none.</param>
/// <param name="Legend">Whether there is a legend.</param>
public sealed record MapOptions(
    MapKind Kind = MapKind.Best,
    int? Layer = null,
    BestBy By = BestBy.P,
    (int From, int To)? Window = null,
    int? TokenId = null,
    bool Dark = false,
    bool OverPicture = true,
    double Strength = 0.6,
    int Size = 1024,
    string? Title = null,
    bool Legend = true)
{
    /// <summary>The least <see cref="Size"/>.</summary>
    public const int MinSize = 64;

    /// <summary>The greatest <see cref="Size"/>.</summary>
    public const int MaxSize = 8192;
}
