using System.Globalization;
using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Imaging;

/// <summary>Resizes, crops, rescales and normalises as the checkpoint's <c>preprocessor_config.json</c> says, equal to transformers' PIL processors.</summary>
/// <remarks>Safe to use from several threads at once.</remarks>
public sealed class PictureProcessor
{
    private const string FileName = "preprocessor_config.json";
    private const int MaxFileLength = 1 << 20;

    private readonly int _patchSize;
    private readonly TilingConfig? _tiling;
    private readonly PictureSettings _settings;

    // One value per channel and byte: what rescaling and normalising make of it.
    private readonly float[][] _values;

    private PictureProcessor(int patchSize, TilingConfig? tiling, PictureSettings settings)
    {
        _patchSize = patchSize;
        _tiling = tiling;
        _settings = settings;
        _values = settings.ValuesOfBytes();
    }

    /// <summary>Opens <c>preprocessor_config.json</c>.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="config">What its <c>config.json</c> says of patches and tiles.</param>
    /// <exception cref="RefusedInputException">Missing, unreadable, of an unsupported kind, or contradicting <c>config.json</c>.</exception>
    public static PictureProcessor Open(string folder, CheckpointConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var processor = Open(folder, config.Vision.PatchSize, config.Tiling);
        var view = processor._settings.Crop ?? (processor._settings.Resize is { ShortestEdge: null } fixedSize ? (fixedSize.Width, fixedSize.Height) : ((int Width, int Height)?)null);
        var (size, patch) = (config.Vision.ImageSize, config.Vision.PatchSize);
        if (view is { } given && (config.Tiling is null ? given.Width / patch * (given.Height / patch) != size / patch * (size / patch) : given.Width != size))
        {
            throw new RefusedInputException(
                $"{Path.Combine(folder, FileName)} makes views of {given.Width} × {given.Height} pixels, but the vision tower of config.json takes {size} × {size}: they contradict each other; download both again.");
        }

        return processor;
    }

    /// <summary>Opens <c>preprocessor_config.json</c>.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="patchSize">Side of a patch, in pixels of the model's input.</param>
    /// <param name="tiling">How the model arranges tiles; null for one that sees one view.</param>
    /// <exception cref="RefusedInputException">Missing, unreadable, of an unsupported kind, or contradicting <paramref name="tiling"/>.</exception>
    internal static PictureProcessor Open(string folder, int patchSize, TilingConfig? tiling = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patchSize);
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new RefusedInputException($"The checkpoint has no {FileName} in {folder}; copy it from the checkpoint's source.");
        }

        var settings = JsonFile.Read(path, MaxFileLength, root => new PictureSettingsReader(path, root).Read());
        if (settings.Tiles is null != tiling is null)
        {
            throw new RefusedInputException(
                $"{path} names the image processor {settings.Processor}, which {(tiling is null ? "cuts tiles, but config.json is of a model that sees one view" : "makes one view, but config.json is of a model that sees tiles")}: they contradict each other; download both again.");
        }

        if (tiling is not null && !tiling.Resolutions.SequenceEqual(settings.Tiles!))
        {
            throw new RefusedInputException($"{path} and config.json name different image_grid_pinpoints: they contradict each other; download both again.");
        }

        return new PictureProcessor(patchSize, tiling, settings);
    }

    /// <summary>Prepares one picture.</summary>
    /// <exception cref="RefusedInputException">A picture whose shape the checkpoint cannot take.</exception>
    public PreparedPicture Prepare(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var whole = PrepareWhole(picture);
        return _tiling is null ? whole : AddTiles(picture, whole, TilePlan.Of(picture.Width, picture.Height, _tiling, whole.Width, _patchSize));
    }

    private PreparedPicture PrepareWhole(Picture picture)
    {
        var (resizedWidth, resizedHeight) = _settings.Resize?.Of(picture) ?? (picture.Width, picture.Height);
        var (width, height) = _settings.Crop ?? (checked((int)resizedWidth), checked((int)resizedHeight));
        if (width > PictureSettings.MaxInputSide || height > PictureSettings.MaxInputSide)
        {
            throw new RefusedInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The picture would enter the model as {width:N0} × {height:N0} pixels, and no side may be longer than {PictureSettings.MaxInputSide:N0}; scale it down."));
        }

        // Floor, also for a picture smaller than its crop: what it lacks is filled with zeros around it.
        var left = (long)Math.Floor((resizedWidth - width) / 2.0);
        var top = (long)Math.Floor((resizedHeight - height) / 2.0);
        var resized = Window(picture, resizedWidth, resizedHeight, left, top, width, height);

        var patches = new PatchRegion[width / _patchSize * (height / _patchSize)];
        var (columns, rows) = (width / _patchSize, height / _patchSize);
        for (var patch = 0; patch < patches.Length; patch++)
        {
            var (row, column) = Math.DivRem(patch, columns);
            patches[patch] = new PatchRegion(0, row, column, Original(column * _patchSize, row * _patchSize, _patchSize, _patchSize));
        }

        // Pixels beyond the last whole patch enter no patch, so the model doesn't see them.
        var seen = Original(0, 0, columns * _patchSize, rows * _patchSize);
        return new PreparedPicture(1, width, height, resized, Normalise(resized, width * height), seen, patches);

        PixelRectangle Original(int x, int y, int regionWidth, int regionHeight)
        {
            var (x0, x1) = Span(left + x, regionWidth, resizedWidth, picture.Width);
            var (y0, y1) = Span(top + y, regionHeight, resizedHeight, picture.Height);
            return new PixelRectangle(x0, y0, x1 - x0, y1 - y0);
        }

        static (double From, double To) Span(long from, int length, long resizedSize, int originalSize)
        {
            var scale = (double)originalSize / resizedSize;
            return (Math.Clamp(from * scale, 0, originalSize), Math.Clamp((from + length) * scale, 0, originalSize));
        }
    }

    /// <summary>The tiles of a picture behind the view of the whole.</summary>
    private PreparedPicture AddTiles(Picture picture, PreparedPicture whole, TilePlan plan)
    {
        var side = whole.Width;
        var grid = plan.Grid;
        var viewBytes = side * side * 3;
        var views = 1 + (grid.TileRows * grid.TileColumns);
        var resized = new byte[views * viewBytes];
        var values = new float[views * viewBytes];
        whole.Resized.CopyTo(resized, 0);
        whole.PixelValues.CopyTo(values, 0);

        // Resized once; what a tile has beyond the picture's edge stays black.
        var canvas = Window(picture, plan.Width, plan.Height, -plan.Left, -plan.Top, plan.CanvasWidth, plan.CanvasHeight);
        for (var view = 1; view < views; view++)
        {
            var (tileRow, tileColumn) = Math.DivRem(view - 1, grid.TileColumns);
            var tile = resized.AsSpan(view * viewBytes, viewBytes);
            for (var row = 0; row < side; row++)
            {
                canvas.AsSpan(((((tileRow * side) + row) * plan.CanvasWidth) + (tileColumn * side)) * 3, side * 3).CopyTo(tile[(row * side * 3)..]);
            }

            Normalise(tile, values.AsSpan(view * viewBytes, viewBytes));
        }

        var patches = new List<PatchRegion>(whole.Patches.Count + (grid.Rows * grid.Columns));
        patches.AddRange(whole.Patches);
        for (var row = 0; row < grid.Rows; row++)
        {
            for (var column = 0; column < grid.Columns; column++)
            {
                patches.Add(new PatchRegion(1, row, column, plan.Original(row, column)));
            }
        }

        return new PreparedPicture(views, side, side, resized, values, Around(patches), patches, grid, new PixelRectangle(plan.Left, plan.Top, plan.Width, plan.Height));
    }

    private static PixelRectangle Around(List<PatchRegion> patches)
    {
        var (left, top) = (patches.Min(patch => patch.Pixels.X), patches.Min(patch => patch.Pixels.Y));
        return new PixelRectangle(
            left, top, patches.Max(patch => patch.Pixels.X + patch.Pixels.Width) - left, patches.Max(patch => patch.Pixels.Y + patch.Pixels.Height) - top);
    }

    private byte[] Window(Picture picture, long resizedWidth, long resizedHeight, long left, long top, int width, int height)
    {
        var (firstColumn, firstRow) = (Math.Max(left, 0), Math.Max(top, 0));
        var innerWidth = (int)(Math.Min(left + width, resizedWidth) - firstColumn);
        var innerHeight = (int)(Math.Min(top + height, resizedHeight) - firstRow);
        var inner = PictureResizer.Resize(picture, resizedWidth, resizedHeight, firstColumn, firstRow, innerWidth, innerHeight, _settings.Filter);
        if (innerWidth == width && innerHeight == height)
        {
            return inner;
        }

        var padded = new byte[width * height * 3];
        for (var row = 0; row < innerHeight; row++)
        {
            var start = ((((firstRow - top + row) * width) + (firstColumn - left)) * 3);
            inner.AsSpan(row * innerWidth * 3, innerWidth * 3).CopyTo(padded.AsSpan((int)start));
        }

        return padded;
    }

    private float[] Normalise(byte[] resized, int pixels)
    {
        var values = new float[pixels * 3];
        Normalise(resized, values);
        return values;
    }

    private void Normalise(ReadOnlySpan<byte> resized, Span<float> values)
    {
        var pixels = values.Length / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            var table = _values[channel];
            var plane = values.Slice(channel * pixels, pixels);
            for (var pixel = 0; pixel < plane.Length; pixel++)
            {
                plane[pixel] = table[resized[(pixel * 3) + channel]];
            }
        }
    }
}
