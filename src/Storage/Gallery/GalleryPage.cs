namespace LogitLens.Storage.Gallery;

/// <summary>A page of the gallery.</summary>
/// <param name="Total">Images there are on all pages.</param>
/// <param name="Refusal">Why nothing was looked up, in a sentence; null if it was.</param>
public sealed record GalleryPage(IReadOnlyList<GalleryItem> Items, int Total, string? Refusal = null);
