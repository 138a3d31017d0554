using System.Globalization;
using System.Text.Json;

namespace LogitLens.Inference.Imaging;

/// <summary>Resizes, crops, rescales and normalises as the checkpoint's <c>preprocessor_config.json</c> says, equal to transformers' PIL processors.</summary>
/// <remarks>Safe to use from several threads at once.</remarks>
public sealed class PictureProcessor
{
    private const string FileName = "preprocessor_config.json";
    private const int MaxInputSide = 4096;
    private const int MaxFileLength = 1 << 20;

    private readonly int _patchSize;
    private readonly ResizeRule? _resize;
    private readonly (int Width, int Height)? _crop;
    private readonly ResampleFilter _filter;

    // One value per channel and byte: what rescaling and normalising make of it.
    private readonly float[][] _values;

    private PictureProcessor(int patchSize, Settings settings)
    {
        _patchSize = patchSize;
        _resize = settings.Resize;
        _crop = settings.Crop;
        _filter = settings.Filter;
        _values = settings.ValuesOfBytes();
    }

    /// <summary>Opens <c>preprocessor_config.json</c>.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="patchSize">Side of a patch, in pixels of the model's input.</param>
    /// <exception cref="RefusedInputException">Missing, unreadable, or of an unsupported kind.</exception>
    public static PictureProcessor Open(string folder, int patchSize)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patchSize);
        var path = Path.Combine(folder, FileName);
        try
        {
            if (new FileInfo(path).Length > MaxFileLength)
            {
                throw new RefusedInputException(
                    $"{path} is longer than {MaxFileLength >> 20} MiB, which no preprocessor's settings are; restore it from the checkpoint's source.");
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return new PictureProcessor(patchSize, new SettingsReader(path, document.RootElement).Read());
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RefusedInputException($"The checkpoint has no {FileName} in {folder}; copy it from the checkpoint's source.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"{path} cannot be read ({exception.Message}); check its permissions and the disk.", exception);
        }
        catch (JsonException exception)
        {
            throw new RefusedInputException($"{path} is not valid JSON (line {exception.LineNumber + 1}); restore it from the checkpoint's source.", exception);
        }
    }

    /// <summary>Prepares one picture.</summary>
    public PreparedPicture Prepare(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var (resizedWidth, resizedHeight) = _resize?.Of(picture) ?? (picture.Width, picture.Height);
        var (width, height) = _crop ?? (checked((int)resizedWidth), checked((int)resizedHeight));
        if (width > MaxInputSide || height > MaxInputSide)
        {
            throw new RefusedInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The picture would enter the model as {width:N0} × {height:N0} pixels, and no side may be longer than {MaxInputSide:N0}; scale it down."));
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
        return new PreparedPicture(width, height, resized, Normalise(resized, width * height), seen, patches);

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

    private byte[] Window(Picture picture, long resizedWidth, long resizedHeight, long left, long top, int width, int height)
    {
        var (firstColumn, firstRow) = (Math.Max(left, 0), Math.Max(top, 0));
        var innerWidth = (int)(Math.Min(left + width, resizedWidth) - firstColumn);
        var innerHeight = (int)(Math.Min(top + height, resizedHeight) - firstRow);
        var inner = PictureResizer.Resize(picture, resizedWidth, resizedHeight, firstColumn, firstRow, innerWidth, innerHeight, _filter);
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
        for (var channel = 0; channel < 3; channel++)
        {
            var table = _values[channel];
            var plane = values.AsSpan(channel * pixels, pixels);
            for (var pixel = 0; pixel < plane.Length; pixel++)
            {
                plane[pixel] = table[resized[(pixel * 3) + channel]];
            }
        }

        return values;
    }

    /// <summary>To a fixed size, or so that the shortest edge has a given length.</summary>
    private sealed record ResizeRule(int Width, int Height, int? ShortestEdge)
    {
        public (long Width, long Height) Of(Picture picture)
        {
            if (ShortestEdge is not { } shortest)
            {
                return (Width, Height);
            }

            // The longer edge is cut off, not rounded, as transformers' get_resize_output_image_size does.
            return picture.Width <= picture.Height
                ? (shortest, (long)((double)((long)shortest * picture.Height) / picture.Width))
                : ((long)((double)((long)shortest * picture.Width) / picture.Height), shortest);
        }
    }

    private sealed record Settings(
        ResizeRule? Resize, (int Width, int Height)? Crop, ResampleFilter Filter, double? RescaleFactor, float[]? Mean, float[]? Deviation)
    {
        /// <summary>The order and the types of transformers: rescaled in double, kept in single, normalised in single.</summary>
        public float[][] ValuesOfBytes()
            => [.. Enumerable.Range(0, 3).Select(channel => Enumerable.Range(0, 256).Select(value => Value(channel, value)).ToArray())];

        private float Value(int channel, int value)
        {
            var rescaled = (float)(RescaleFactor is { } factor ? value * factor : value);
            return Mean is null || Deviation is null ? rescaled : (rescaled - Mean[channel]) / Deviation[channel];
        }
    }

    private sealed class SettingsReader(string path, JsonElement root)
    {
        private static readonly float[] ClipMean = [0.48145466f, 0.4578275f, 0.40821073f];
        private static readonly float[] ClipDeviation = [0.26862954f, 0.26130258f, 0.27577711f];
        private static readonly float[] Halves = [0.5f, 0.5f, 0.5f];

        public Settings Read()
        {
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw Unusable("holds no JSON object");
            }

            // Files from before 2023 name a feature extractor instead; the fast variants differ in nothing but their library.
            var kind = Text("image_processor_type") ?? Text("feature_extractor_type");
            var clip = kind switch
            {
                "CLIPImageProcessor" or "CLIPImageProcessorFast" or "CLIPFeatureExtractor" => true,
                "SiglipImageProcessor" or "SiglipImageProcessorFast" => false,
                null => throw Unusable("names no image_processor_type"),
                _ => throw new RefusedInputException(
                    $"The image processor {kind} in {path} is not supported; CLIPImageProcessor and SiglipImageProcessor are."),
            };

            var normalise = Flag("do_normalize", true);
            return new Settings(
                Flag("do_resize", true) ? Resize(clip) : null,
                clip && Flag("do_center_crop", true) ? Crop() : null,
                Filter(),
                Flag("do_rescale", true) ? Number("rescale_factor") ?? 1 / 255.0 : null,
                normalise ? Triple("image_mean") ?? (clip ? ClipMean : Halves) : null,
                normalise ? Triple("image_std") ?? (clip ? ClipDeviation : Halves) : null);
        }

        private ResizeRule Resize(bool clip)
        {
            if (!Has("size", out var size))
            {
                return clip ? new ResizeRule(0, 0, 224) : new ResizeRule(224, 224, null);
            }

            if (size.ValueKind == JsonValueKind.Number)
            {
                // The oldest files: one number means the shortest edge to CLIP, a square to SigLIP.
                var length = Side("size", size);
                return clip ? new ResizeRule(0, 0, length) : new ResizeRule(length, length, null);
            }

            if (size.ValueKind == JsonValueKind.Object && clip && size.TryGetProperty("shortest_edge", out var shortest) && !size.TryGetProperty("longest_edge", out _))
            {
                return new ResizeRule(0, 0, Side("size.shortest_edge", shortest));
            }

            var (width, height) = WidthAndHeight("size", size);
            return new ResizeRule(width, height, null);
        }

        private (int Width, int Height) Crop()
        {
            if (!Has("crop_size", out var size))
            {
                return (224, 224);
            }

            if (size.ValueKind == JsonValueKind.Number)
            {
                var length = Side("crop_size", size);
                return (length, length);
            }

            return WidthAndHeight("crop_size", size);
        }

        private (int Width, int Height) WidthAndHeight(string name, JsonElement size)
            => size.ValueKind == JsonValueKind.Object && size.TryGetProperty("width", out var width) && size.TryGetProperty("height", out var height)
                ? (Side($"{name}.width", width), Side($"{name}.height", height))
                : throw Unusable($"gives {name} in an unknown form ({size.GetRawText()})");

        private ResampleFilter Filter()
        {
            var filter = (ResampleFilter)(Number("resample") ?? (double)ResampleFilter.Bicubic);
            return Enum.IsDefined(filter)
                ? filter
                : throw Unusable($"asks for resample {(int)filter}; 1 (Lanczos), 2 (bilinear), 3 (bicubic), 4 (box) and 5 (Hamming) are supported");
        }

        private int Side(string name, JsonElement value)
            => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var length) && length is >= 1 and <= MaxInputSide
                ? length
                : throw Unusable($"gives {name} as {value.GetRawText()}, where a whole number from 1 to {MaxInputSide} belongs");

        private float[]? Triple(string name)
        {
            if (!Has(name, out var value))
            {
                return null;
            }

            var numbers = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
            if (numbers.Length is not (1 or 3) || numbers.Any(number => number.ValueKind != JsonValueKind.Number))
            {
                throw Unusable($"gives {name} as {value.GetRawText()}, where three numbers belong");
            }

            var triple = Enumerable.Range(0, 3).Select(channel => (float)numbers[numbers.Length == 1 ? 0 : channel].GetDouble()).ToArray();
            return name != "image_std" || !triple.Contains(0f) ? triple : throw Unusable("gives a zero in image_std, by which nothing can be divided");
        }

        private bool Flag(string name, bool fallback) => !Has(name, out var value) ? fallback : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Unusable($"gives {name} as {value.GetRawText()}, where true or false belongs"),
        };

        private double? Number(string name) => !Has(name, out var value) ? null : value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : throw Unusable($"gives {name} as {value.GetRawText()}, where a number belongs");

        private string? Text(string name) => Has(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        // null stands for a setting left out, as in transformers.
        private bool Has(string name, out JsonElement value) => root.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

        private RefusedInputException Unusable(string what) => new($"{path} {what}; restore it from the checkpoint's source.");
    }
}
