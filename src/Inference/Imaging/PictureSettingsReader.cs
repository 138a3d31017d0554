using System.Text.Json;
using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Imaging;

/// <summary>Reads <c>preprocessor_config.json</c> with transformers' defaults (4.57) for what is left out.</summary>
/// <param name="path">The file, for the sentences.</param>
/// <param name="root">Its content, an object.</param>
internal sealed class PictureSettingsReader(string path, JsonElement root)
{
    private const int MaxTileChoices = 256;

    private static readonly float[] ClipMean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] ClipDeviation = [0.26862954f, 0.26130258f, 0.27577711f];
    private static readonly float[] Halves = [0.5f, 0.5f, 0.5f];

    private enum Kind
    {
        Clip,
        Siglip,
        Next,
        OneVision,
    }

    public PictureSettings Read()
    {
        // Files from before 2023 name a feature extractor instead; the fast variants differ in nothing but their library.
        var name = Text("image_processor_type") ?? Text("feature_extractor_type") ?? throw Unusable("names no image_processor_type");
        var kind = (name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^4] : name) switch
        {
            "CLIPImageProcessor" or "CLIPFeatureExtractor" => Kind.Clip,
            "SiglipImageProcessor" => Kind.Siglip,
            "LlavaNextImageProcessor" => Kind.Next,
            "LlavaOnevisionImageProcessor" => Kind.OneVision,
            _ => throw new RefusedInputException(
                $"The image processor {Shown.Text(name)} in {path} is not supported; CLIPImageProcessor, SiglipImageProcessor, LlavaNextImageProcessor and LlavaOnevisionImageProcessor are."),
        };

        var normalise = Flag("do_normalize", true);
        var resize = Flag("do_resize", true) || kind is Kind.Next or Kind.OneVision ? Resize(kind) : null;
        var crop = kind is Kind.Clip or Kind.Next && Flag("do_center_crop", true) ? Crop() : ((int Width, int Height)?)null;
        IReadOnlyList<(int Height, int Width)>? tiles = null;
        if (kind is Kind.Next or Kind.OneVision)
        {
            // The whole picture is pressed into a square, and tiles are cut in the size that the next step would resize or crop them to.
            var side = resize!.ShortestEdge ?? resize.Width;
            if (resize.ShortestEdge is null && resize.Width != resize.Height)
            {
                throw Unusable($"gives a size of {resize.Width} × {resize.Height}, where tiles are squares");
            }

            if (crop is { } cut && (cut.Width != side || cut.Height != side))
            {
                throw Unusable($"gives a crop_size of {cut.Width} × {cut.Height} and a size of {side}, which have to be the same for tiles");
            }

            (resize, crop) = (new ResizeRule(side, side, null), null);
            tiles = Tiles(kind, side);
        }

        return new PictureSettings(
            name,
            resize,
            crop,
            tiles,
            Filter(),
            Flag("do_rescale", true) ? Number("rescale_factor") ?? 1 / 255.0 : null,
            normalise ? Triple("image_mean") ?? (kind == Kind.Siglip ? Halves : ClipMean) : null,
            normalise ? Triple("image_std") ?? (kind == Kind.Siglip ? Halves : ClipDeviation) : null);
    }

    private ResizeRule Resize(Kind kind)
    {
        var byShortest = kind is Kind.Clip or Kind.Next;
        if (!Has("size", out var size))
        {
            return byShortest ? new ResizeRule(0, 0, 224) : Square(kind == Kind.OneVision ? 384 : 224);
        }

        if (size.ValueKind == JsonValueKind.Number)
        {
            // The oldest files: one number means the shortest edge to CLIP, a square to SigLIP.
            var length = Side("size", size);
            return byShortest ? new ResizeRule(0, 0, length) : Square(length);
        }

        if (size.ValueKind == JsonValueKind.Object && kind != Kind.Siglip && size.TryGetProperty("shortest_edge", out var shortest) && !size.TryGetProperty("longest_edge", out _))
        {
            return new ResizeRule(0, 0, Side("size.shortest_edge", shortest));
        }

        var (width, height) = WidthAndHeight("size", size);
        return new ResizeRule(width, height, null);

        static ResizeRule Square(int side) => new(side, side, null);
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

    private IReadOnlyList<(int Height, int Width)> Tiles(Kind kind, int side)
    {
        const string Name = "image_grid_pinpoints";
        if (!Has(Name, out var value))
        {
            return kind == Kind.Next ? TilingDefaults.Next : TilingDefaults.OneVision;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is < 1 or > MaxTileChoices)
        {
            throw Unusable($"gives {Name} in an unknown form, where a list of 1 to {MaxTileChoices} pairs belongs");
        }

        var resolutions = new List<(int Height, int Width)>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2)
            {
                throw Unusable($"gives {Shown.Text(item.GetRawText())} in {Name}, where a height and a width belong");
            }

            var (height, width) = (Side(Name, item[0]), Side(Name, item[1]));
            resolutions.Add(height % side == 0 && width % side == 0
                ? (height, width)
                : throw Unusable($"gives {height} × {width} in {Name}, which is no multiple of its size {side}"));
        }

        return resolutions;
    }

    private (int Width, int Height) WidthAndHeight(string name, JsonElement size)
        => size.ValueKind == JsonValueKind.Object && size.TryGetProperty("width", out var width) && size.TryGetProperty("height", out var height)
            ? (Side($"{name}.width", width), Side($"{name}.height", height))
            : throw Unusable($"gives {name} in an unknown form ({Shown.Text(size.GetRawText())})");

    private ResampleFilter Filter()
    {
        if (!Has("resample", out var value))
        {
            return ResampleFilter.Bicubic;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var filter) && Enum.IsDefined((ResampleFilter)filter)
            ? (ResampleFilter)filter
            : throw Unusable($"asks for resample {Shown.Text(value.GetRawText())}; 1 (Lanczos), 2 (bilinear), 3 (bicubic), 4 (box) and 5 (Hamming) are supported");
    }

    private int Side(string name, JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var length) && length is >= 1 and <= PictureSettings.MaxInputSide
            ? length
            : throw Unusable($"gives {name} as {Shown.Text(value.GetRawText())}, where a whole number from 1 to {PictureSettings.MaxInputSide} belongs");

    private float[]? Triple(string name)
    {
        if (!Has(name, out var value))
        {
            return null;
        }

        var isList = value.ValueKind == JsonValueKind.Array;
        if (isList && value.GetArrayLength() is not (1 or 3))
        {
            throw Unusable($"gives {name} as {Shown.Text(value.GetRawText())}, where three numbers belong");
        }

        var triple = new float[3];
        for (var channel = 0; channel < 3; channel++)
        {
            var item = isList ? value[value.GetArrayLength() == 1 ? 0 : channel] : value;
            triple[channel] = item.ValueKind == JsonValueKind.Number && (float)item.GetDouble() is var number && float.IsFinite(number)
                ? number
                : throw Unusable($"gives {name} as {Shown.Text(value.GetRawText())}, where three numbers belong");
        }

        return name != "image_std" || !triple.Contains(0f) ? triple : throw Unusable("gives a zero in image_std, by which nothing can be divided");
    }

    private bool Flag(string name, bool fallback) => !Has(name, out var value) ? fallback : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Unusable($"gives {name} as {Shown.Text(value.GetRawText())}, where true or false belongs"),
    };

    private double? Number(string name) => !Has(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && double.IsFinite(number) ? number
        : throw Unusable($"gives {name} as {Shown.Text(value.GetRawText())}, where a number belongs");

    private string? Text(string name) => Has(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // null stands for a setting left out, as in transformers.
    private bool Has(string name, out JsonElement value) => root.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private RefusedInputException Unusable(string what) => new($"{path} {what}; restore it from the checkpoint's source.");
}
