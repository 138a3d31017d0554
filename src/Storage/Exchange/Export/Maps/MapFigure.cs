using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Export.Maps;

/// <summary>A map laid out in pixels: what the SVG and the PNG painter draw, so that both show the same.</summary>
/// <param name="Picture">Where the whole picture lies.</param>
/// <param name="Seen">The part of it that the model saw; the rest is dimmed.</param>
/// <param name="HasPicture">Whether the picture is drawn under the map.</param>
/// <param name="Strength">Opacity of the cells' colours.</param>
/// <param name="Cells">Patches in the order they are drawn.</param>
/// <param name="HasGrid">Whether patches are large enough for lines between them.</param>
/// <param name="Legend">Null for none.</param>
/// <param name="Description">The map in words, for who cannot see it.</param>
public sealed record MapFigure(
    int Width,
    int Height,
    FigureTheme Theme,
    PixelBox Picture,
    PixelBox Seen,
    bool HasPicture,
    double Strength,
    IReadOnlyList<FigureCell> Cells,
    bool HasGrid,
    IReadOnlyList<FigureText> Texts,
    FigureLegend? Legend,
    string Description);

/// <summary>One patch.</summary>
/// <param name="Colour">Null where the map says nothing.</param>
/// <param name="IsFiller">Hatched.</param>
/// <param name="Label">The patch in words.</param>
public sealed record FigureCell(PixelBox Box, Rgb? Colour, bool IsFiller, string Label);

/// <summary>A line of text; <paramref name="Y"/> is its baseline.</summary>
/// <param name="Size">Height of the font in pixels.</param>
/// <param name="IsSoft">In the second ink.</param>
public sealed record FigureText(double X, double Y, double Size, bool IsSoft, string Text);

/// <summary>The legend's bar and its patch of hatching; their words are among the figure's texts.</summary>
/// <param name="Bar">Null where the map has no scale.</param>
/// <param name="Scale">The bar's colours from left to right; null where it has none.</param>
/// <param name="Hatch">A sample of the hatching; null where nothing is hatched.</param>
public sealed record FigureLegend(PixelBox? Bar, ColourScale? Scale, PixelBox? Hatch);
