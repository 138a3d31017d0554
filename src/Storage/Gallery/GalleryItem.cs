using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Gallery;

/// <summary>An image in the gallery.</summary>
/// <param name="Analysis">Of those that meet the filter, the one that the order puts first, else the newest; without a filter the newest that is Done. Null if there is none.</param>
/// <param name="Matching">How many of the image's analyses meet the filter; all where it asks nothing of them.</param>
/// <param name="FillerShare">Of that analysis: 0 … 1; null where it is not Done or has no patches.</param>
/// <param name="Hit">Where the tokens asked for are read; null where none are asked for.</param>
/// <param name="Tags">The image's own.</param>
/// <param name="HasNote">Whether the image has a note.</param>
public sealed record GalleryItem(ImageRow Image, AnalysisId? Analysis, int Matching, double? FillerShare, GalleryHit? Hit, IReadOnlyList<string> Tags, bool HasNote);
