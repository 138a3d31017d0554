using LogitLens.Storage.Gallery;

namespace LogitLens.Dashboard.Api;

/// <summary>An image of the gallery.</summary>
/// <param name="Analysis">Of its analyses that fit, the one that the order puts first; without a filter the newest that is done.</param>
/// <param name="Matching">How many of its analyses fit.</param>
/// <param name="FillerShare">Of that analysis: of the patches, those whose token at their best layer is filler.</param>
/// <param name="Hit">Where the tokens asked for are read best.</param>
internal sealed record ApiGalleryImage(
    long Id, string Sha256, string Name, string MediaType, int Width, int Height, DateTimeOffset AddedAt, long? Analysis, int Matching, double? FillerShare, GalleryHit? Hit, IReadOnlyList<string> Tags)
{
    public static ApiGalleryImage From(GalleryItem item) => new(
        item.Image.Id.Value,
        item.Image.Sha256,
        item.Image.Name,
        item.Image.MediaType,
        item.Image.Width,
        item.Image.Height,
        item.Image.AddedAt,
        item.Analysis?.Value,
        item.Matching,
        item.FillerShare,
        item.Hit,
        item.Tags);
}
