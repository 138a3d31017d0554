using LogitLens.Inference;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Export.Maps;
using SkiaSharp;

namespace LogitLens.Dashboard.Exports;

/// <summary>Paints a map as PNG: the same figure as <see cref="SvgMap"/> draws.</summary>
internal static class MapPainter
{
    /// <summary>The PNG.</summary>
    /// <param name="picture">The whole picture in the run's orientation, for a figure that has one.</param>
    /// <exception cref="RefusedInputException">The figure is larger than an image can be, or its picture cannot be decoded.</exception>
    public static byte[] Paint(MapFigure figure, byte[]? picture)
    {
        using var surface = SKSurface.Create(new SKImageInfo(figure.Width, figure.Height, SKColorType.Rgba8888, SKAlphaType.Opaque))
            ?? throw new RefusedInputException($"A map of {figure.Width} × {figure.Height} pixels cannot be drawn: choose a smaller size.");
        var canvas = surface.Canvas;
        canvas.Clear(Colour(figure.Theme.Surface, 1));
        PaintPicture(canvas, figure, picture);
        using var hatching = Hatching();
        foreach (var cell in figure.Cells)
        {
            PaintCell(canvas, figure, cell, hatching);
        }

        PaintLegend(canvas, figure, hatching);
        foreach (var text in figure.Texts)
        {
            PaintText(canvas, figure.Theme, text);
        }

        using var data = surface.Snapshot().Encode(SKEncodedImageFormat.Png, 100)
            ?? throw new InvalidOperationException($"Skia could not encode a map of {figure.Width} × {figure.Height} pixels.");
        return data.ToArray();
    }

    private static void PaintPicture(SKCanvas canvas, MapFigure figure, byte[]? picture)
    {
        var box = Rectangle(figure.Picture);
        if (!figure.HasPicture)
        {
            Fill(canvas, box, Colour(figure.Theme.Ground, 1));
            return;
        }

        using var image = picture is null ? null : SKImage.FromEncodedData(picture);
        if (image is null)
        {
            throw new RefusedInputException("The picture under the map cannot be decoded: choose the map alone.");
        }

        canvas.DrawImage(image, box, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));

        // What the model did not see.
        using var outside = new SKPathBuilder { FillType = SKPathFillType.EvenOdd };
        outside.AddRect(box);
        outside.AddRect(Rectangle(figure.Seen));
        using var dim = new SKPaint { Color = Colour(figure.Theme.Dim, figure.Theme.DimStrength), IsAntialias = true };
        using var path = outside.Detach();
        canvas.DrawPath(path, dim);
    }

    private static void PaintCell(SKCanvas canvas, MapFigure figure, FigureCell cell, SKPaint hatching)
    {
        // On whole pixels, so that neighbours neither overlap nor leave a line.
        var exact = Rectangle(cell.Box);
        var box = new SKRect(MathF.Round(exact.Left), MathF.Round(exact.Top), MathF.Round(exact.Right), MathF.Round(exact.Bottom));
        if (cell.Colour is { } colour)
        {
            Fill(canvas, box, Colour(colour, figure.Strength));
        }

        if (cell.IsFiller)
        {
            canvas.DrawRect(box, hatching);
        }

        if (figure.HasGrid)
        {
            using var pen = new SKPaint { Color = new SKColor(0, 0, 0, 56), StrokeWidth = 1 };
            canvas.DrawLine(box.Right - 0.5f, box.Top, box.Right - 0.5f, box.Bottom, pen);
            canvas.DrawLine(box.Left, box.Bottom - 0.5f, box.Right, box.Bottom - 0.5f, pen);
        }
    }

    private static void PaintLegend(SKCanvas canvas, MapFigure figure, SKPaint hatching)
    {
        if (figure.Legend is { Bar: { } bar, Scale: { } scale })
        {
            for (var x = 0; x < (int)bar.Width; x++)
            {
                Fill(canvas, SKRect.Create((float)bar.X + x, (float)bar.Y, 1, (float)bar.Height), Colour(scale[x / Math.Max(1, bar.Width - 1)], 1));
            }
        }

        if (figure.Legend?.Hatch is { } hatch)
        {
            Fill(canvas, Rectangle(hatch), Colour(figure.Theme.Ground, 1));
            canvas.DrawRect(Rectangle(hatch), hatching);
        }
    }

    private static void PaintText(SKCanvas canvas, FigureTheme theme, FigureText text)
    {
        using var ink = new SKPaint { Color = Colour(text.IsSoft ? theme.InkSoft : theme.Ink, 1), IsAntialias = true };
        var x = (float)text.X;
        foreach (var (part, typeface) in FigureFonts.Split(text.Text))
        {
            using var font = new SKFont(typeface, (float)text.Size) { Edging = SKFontEdging.Antialias, Subpixel = true };
            canvas.DrawText(part, x, (float)text.Y, SKTextAlign.Left, font, ink);
            x += font.MeasureText(part);
        }
    }

    /// <summary>The explorer's hatching: a dark and a light line.</summary>
    private static SKPaint Hatching()
    {
        using var recorder = new SKPictureRecorder();
        var pen = recorder.BeginRecording(SKRect.Create(8, 8));
        foreach (var (colour, shift) in ((SKColor, float)[])[(new SKColor(0, 0, 0, 107), 0), (new SKColor(255, 255, 255, 82), 1.5f)])
        {
            using var line = new SKPaint { Color = colour, StrokeWidth = 1.4f, IsAntialias = true };
            foreach (var offset in (float[])[-8, 0, 8])
            {
                pen.DrawLine(offset - 1 + shift, 9, offset + 9 + shift, -1, line);
            }
        }

        using var tile = recorder.EndRecording();
        return new SKPaint { Shader = tile.ToShader(SKShaderTileMode.Repeat, SKShaderTileMode.Repeat, SKFilterMode.Nearest) };
    }

    private static void Fill(SKCanvas canvas, SKRect box, SKColor colour)
    {
        using var paint = new SKPaint { Color = colour };
        canvas.DrawRect(box, paint);
    }

    private static SKRect Rectangle(PixelBox box) => SKRect.Create((float)box.X, (float)box.Y, (float)box.Width, (float)box.Height);

    private static SKColor Colour(Rgb colour, double strength) => new(colour.Red, colour.Green, colour.Blue, (byte)Math.Round(strength * 255));
}
