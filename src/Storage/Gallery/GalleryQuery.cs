using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Gallery;

/// <summary>A question to the gallery: images of which one analysis meets all that the filter asks of analyses; all images where it asks nothing of them.</summary>
/// <param name="NotAnalysed">Only images that were never analysed; what the filter asks of analyses is left out.</param>
public sealed record GalleryQuery(AnalysisFilter Filter, GalleryOrder Order = GalleryOrder.Newest, bool NotAnalysed = false);
