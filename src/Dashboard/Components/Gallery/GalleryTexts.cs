namespace LogitLens.Dashboard.Components.Gallery;

/// <summary>Names the texts of the gallery, of tags, notes and saved views: English in the code, Russian in <c>GalleryTexts.ru.resx</c>.</summary>
internal sealed class GalleryTexts;
