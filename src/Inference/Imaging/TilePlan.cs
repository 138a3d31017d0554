using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Imaging;

/// <summary>Where a picture lies on the canvas that is cut into tiles, and where the patches of its finer look lie in the picture.</summary>
/// <remarks>
/// LLaVA-NeXT's rules (Liu et al. 2024) in transformers' arithmetic: <c>select_best_resolution</c>, <c>get_patch_output_size</c>, <c>unpad_image</c>. Patches
/// are freed from padding by the picture's aspect ratio alone, so that a row at the edge may still hold some, or a strip of the picture be left out.
/// </remarks>
internal sealed record TilePlan
{
    // A grid up to a fifth larger in patches than the limit is left alone.
    private const double ShrinksFrom = 1.1;

    private readonly int _pictureWidth;
    private readonly int _pictureHeight;
    private readonly int _tileSize;
    private readonly int _patchSize;

    private TilePlan(int pictureWidth, int pictureHeight, int tileSize, int patchSize)
        => (_pictureWidth, _pictureHeight, _tileSize, _patchSize) = (pictureWidth, pictureHeight, tileSize, patchSize);

    /// <summary>Width of the canvas, a multiple of the tile's.</summary>
    public required int CanvasWidth { get; init; }

    /// <summary>Height of the canvas.</summary>
    public required int CanvasHeight { get; init; }

    /// <summary>Width of the resized picture, at most the canvas'.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the resized picture.</summary>
    public required int Height { get; init; }

    /// <summary>Left edge of the resized picture on the canvas.</summary>
    public int Left => (CanvasWidth - Width) / 2;

    /// <summary>Top edge of the resized picture on the canvas.</summary>
    public int Top => (CanvasHeight - Height) / 2;

    /// <summary>What becomes of the tiles' patches.</summary>
    public required FineGrid Grid { get; init; }

    public static TilePlan Of(int width, int height, TilingConfig tiling, int tileSize, int patchSize)
    {
        var (canvasHeight, canvasWidth) = Choose(width, height, tiling.Resolutions);
        var (scaleX, scaleY) = ((double)canvasWidth / width, (double)canvasHeight / height);
        var (newWidth, newHeight) = scaleX < scaleY
            ? (canvasWidth, Math.Min((int)Math.Ceiling(height * scaleX), canvasHeight))
            : (Math.Min((int)Math.Ceiling(width * scaleY), canvasWidth), canvasHeight);
        return new TilePlan(width, height, tileSize, patchSize)
        {
            CanvasWidth = canvasWidth,
            CanvasHeight = canvasHeight,
            Width = newWidth,
            Height = newHeight,
            Grid = GridOf(width, height, canvasHeight / tileSize, canvasWidth / tileSize, tileSize / patchSize, tiling.MostTiles),
        };
    }

    /// <summary>The rectangle of a patch of the fine grid in the picture's own pixels; empty for one that lies in the padding.</summary>
    /// <remarks>Of a shrunk grid it is the patch's share; bilinear interpolation looks a little beyond it.</remarks>
    public PixelRectangle Original(int row, int column)
    {
        var (x0, x1) = Span(Grid.FirstColumn, column, Grid.KeptColumns, Grid.Columns, Left, Width, _pictureWidth);
        var (y0, y1) = Span(Grid.FirstRow, row, Grid.KeptRows, Grid.Rows, Top, Height, _pictureHeight);
        return new PixelRectangle(x0, y0, x1 - x0, y1 - y0);
    }

    private (double From, double To) Span(int first, int index, int kept, int count, int offset, int size, int originalSize)
    {
        var scale = (double)originalSize / size;
        var from = Edge(first + (index * (double)kept / count), isEnd: false);
        var to = Edge(first + ((index + 1) * (double)kept / count), isEnd: true);
        return (Math.Clamp((from - offset) * scale, 0, originalSize), Math.Clamp((to - offset) * scale, 0, originalSize));
    }

    /// <summary>From patches, counted over all tiles, to pixels of the canvas; what a tile has beyond its last whole patch belongs to none.</summary>
    private double Edge(double patches, bool isEnd)
    {
        var whole = isEnd ? (int)Math.Ceiling(patches) - 1 : (int)Math.Floor(patches);
        var (tile, inside) = Math.DivRem(whole, _tileSize / _patchSize);
        return (tile * _tileSize) + ((inside + patches - whole) * _patchSize);
    }

    /// <summary>The canvas that keeps most of the picture's pixels; of several the one that wastes least; of several the first.</summary>
    private static (int Height, int Width) Choose(int width, int height, IReadOnlyList<(int Height, int Width)> resolutions)
    {
        var best = resolutions[0];
        var (mostKept, leastWasted) = (0L, long.MaxValue);
        foreach (var (canvasHeight, canvasWidth) in resolutions)
        {
            var scale = Math.Min((double)canvasWidth / width, (double)canvasHeight / height);
            var kept = Math.Min((long)(int)(width * scale) * (int)(height * scale), (long)width * height);
            var wasted = ((long)canvasWidth * canvasHeight) - kept;
            if (kept > mostKept || (kept == mostKept && wasted < leastWasted))
            {
                (best, mostKept, leastWasted) = ((canvasHeight, canvasWidth), kept, wasted);
            }
        }

        return best;
    }

    private static FineGrid GridOf(int width, int height, int tileRows, int tileColumns, int side, int? mostTiles)
    {
        var (rows, columns) = (tileRows * side, tileColumns * side);
        var (top, left) = (0, 0);
        if ((double)width / height > (double)columns / rows)
        {
            top = (rows - (int)Math.Round(height * ((double)columns / width), 7)) / 2;
        }
        else
        {
            left = (columns - (int)Math.Round(width * ((double)rows / height), 7)) / 2;
        }

        var (keptRows, keptColumns) = (rows - (2 * top), columns - (2 * left));
        var (fewerRows, fewerColumns) = (keptRows, keptColumns);
        if (mostTiles is { } most && Math.Sqrt((double)keptRows * keptColumns / ((double)most * side * side)) is > ShrinksFrom and var ratio)
        {
            (fewerRows, fewerColumns) = (FloorDivide(keptRows, ratio), FloorDivide(keptColumns, ratio));
            if (fewerRows == 0 || fewerColumns == 0)
            {
                throw new RefusedInputException(
                    $"The picture has {width:N0} × {height:N0} pixels, so long a shape that nothing of it would be left in the checkpoint's grid of at most {most} tiles: cut it into parts.");
            }
        }

        return new FineGrid(tileRows, tileColumns, top, left, keptRows, keptColumns, fewerRows, fewerColumns);
    }

    /// <summary>Python's <c>//</c> on floats, which never rounds a quotient up to the next whole number.</summary>
    private static int FloorDivide(double dividend, double divisor) => (int)Math.Round((dividend - (dividend % divisor)) / divisor);
}
