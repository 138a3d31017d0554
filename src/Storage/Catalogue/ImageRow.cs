namespace LogitLens.Storage.Catalogue;

/// <summary>An image in a list.</summary>
/// <param name="Analyses">Analyses of it, in any state.</param>
/// <param name="LatestDone">The newest analysis that is Done, to open at a click.</param>
public sealed record ImageRow(
    ImageId Id,
    string Sha256,
    string Name,
    string MediaType,
    int Width,
    int Height,
    int ExifOrientation,
    long ByteLength,
    DateTimeOffset AddedAt,
    int Analyses,
    AnalysisId? LatestDone)
{
    // EXIF orientations 5…8 exchange width and height.
    private const int FirstSidewaysOrientation = 5;

    /// <summary>Its size in pixels, as stored or turned upright as EXIF says.</summary>
    public (int Width, int Height) SizeAs(bool upright) => upright && ExifOrientation >= FirstSidewaysOrientation ? (Height, Width) : (Width, Height);
}
