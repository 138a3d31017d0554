using SkiaSharp;

namespace LogitLens.Inference.Imaging;

/// <summary>Decodes untrusted picture bytes.</summary>
public static class PictureDecoder
{
    private const string Formats = "JPEG, PNG, WebP, GIF and BMP";

    /// <summary>Reads the header only.</summary>
    /// <exception cref="RefusedInputException">Not a picture of a known format, or over a limit.</exception>
    public static PictureInfo Inspect(ReadOnlySpan<byte> bytes, PictureLimits limits)
    {
        var format = Check(bytes, limits);
        using var data = SKData.CreateCopy(bytes);
        using var codec = Open(data, format);
        return Describe(codec, format, limits);
    }

    /// <summary>Decodes to RGB in the orientation asked for.</summary>
    /// <exception cref="RefusedInputException">Not a picture, over a limit, or cut short.</exception>
    public static Picture Decode(ReadOnlySpan<byte> bytes, PictureOrientation orientation, PictureLimits limits)
    {
        var format = Check(bytes, limits);
        using var data = SKData.CreateCopy(bytes);
        using var codec = Open(data, format);
        var info = Describe(codec, format, limits);

        var target = new SKImageInfo(info.Width, info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, null);
        var pixels = new byte[target.BytesSize64];
        SKCodecResult result;
        unsafe
        {
            fixed (byte* address = pixels)
            {
                result = codec.GetPixels(target, (nint)address);
            }
        }

        if (result != SKCodecResult.Success)
        {
            throw new RefusedInputException(result == SKCodecResult.IncompleteInput
                ? $"The {format} picture ends before its last row: it is cut short; upload it whole."
                : $"The {format} picture cannot be decoded ({result}): it is damaged; save it again.");
        }

        var rgb = new byte[info.Width * info.Height * 3];
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            rgb[to] = pixels[from];
            rgb[to + 1] = pixels[from + 1];
            rgb[to + 2] = pixels[from + 2];
        }

        return new Picture(info.Width, info.Height, rgb);
    }

    private static PictureFormat Check(ReadOnlySpan<byte> bytes, PictureLimits limits)
    {
        if (bytes.Length > limits.MaxBytes)
        {
            throw new RefusedInputException($"The picture has {bytes.Length:N0} bytes, more than the limit of {limits.MaxBytes:N0}: make it smaller.");
        }

        return bytes switch
        {
            [0xff, 0xd8, 0xff, ..] => PictureFormat.Jpeg,
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => PictureFormat.Png,
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => PictureFormat.WebP,
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => PictureFormat.Gif,
            [(byte)'B', (byte)'M', ..] => PictureFormat.Bmp,
            [] => throw new RefusedInputException($"The file is empty: choose a picture ({Formats})."),
            _ => throw new RefusedInputException($"The file is no picture LogitLens reads: it reads {Formats}."),
        };
    }

    private static SKCodec Open(SKData data, PictureFormat format) => SKCodec.Create(data)
        ?? throw new RefusedInputException($"The file begins like a {format} picture, but its header cannot be read: it is damaged or cut short; save it again.");

    private static PictureInfo Describe(SKCodec codec, PictureFormat format, PictureLimits limits)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > limits.MaxPixels || width <= 0 || height <= 0)
        {
            throw new RefusedInputException($"The picture has {width} × {height} pixels, more than the limit of {limits.MaxPixels:N0}: make it smaller.");
        }

        return new PictureInfo(format, width, height, (int)codec.EncodedOrigin);
    }
}
