namespace LogitLens.Dashboard.Components.Images;

/// <summary>Names the texts of images: English in the code, Russian in <c>ImageTexts.ru.resx</c>.</summary>
internal sealed class ImageTexts;
