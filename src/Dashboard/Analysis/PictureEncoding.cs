using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LogitLens.Inference.Imaging;
using SkiaSharp;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Pictures for people: thumbnails, and pictures that a browser shows as the model saw them.</summary>
internal static class PictureEncoding
{
    /// <summary>The longer side of a thumbnail, in pixels.</summary>
    public const int ThumbnailSide = 320;

    private const int ThumbnailQuality = 82;
    private const int RgbaBytes = 4;

    /// <summary>The media type of a format.</summary>
    public static string MediaTypeOf(PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => "image/jpeg",
        PictureFormat.Png => "image/png",
        PictureFormat.WebP => "image/webp",
        PictureFormat.Gif => "image/gif",
        PictureFormat.Bmp => "image/bmp",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "A format without a media type."),
    };

    /// <summary>A WebP of at most <see cref="ThumbnailSide"/> pixels, EXIF not applied.</summary>
    public static byte[] Thumbnail(Picture picture)
    {
        var scale = Math.Min(1.0, (double)ThumbnailSide / Math.Max(picture.Width, picture.Height));
        var width = Math.Max(1, (int)Math.Round(picture.Width * scale));
        var height = Math.Max(1, (int)Math.Round(picture.Height * scale));
        return Encode(Average(picture, width, height), width, height, SKEncodedImageFormat.Webp, ThumbnailQuality);
    }

    /// <summary>The picture in one orientation, in a form that every browser shows pixel by pixel as it was analysed: upright by its pixels alone, opaque, one frame.</summary>
    public static (byte[] Bytes, string MediaType) ForBrowser(byte[] bytes, PictureOrientation orientation)
    {
        // It was let in under the limits of its day.
        var limits = new PictureLimits(long.MaxValue, PictureLimits.Default.MaxPixels);
        var info = PictureDecoder.Inspect(bytes, limits);
        if (info.ExifOrientation == 1 && IsPlain(bytes, info.Format))
        {
            return (bytes, MediaTypeOf(info.Format));
        }

        var picture = PictureDecoder.Decode(bytes, orientation, limits);
        var rgba = new byte[checked(picture.Width * picture.Height * RgbaBytes)];
        for (int from = 0, to = 0; from < picture.Rgb.Length; from += 3, to += RgbaBytes)
        {
            picture.Rgb.AsSpan(from, 3).CopyTo(rgba.AsSpan(to));
            rgba[to + 3] = byte.MaxValue;
        }

        return (Encode(rgba, picture.Width, picture.Height, SKEncodedImageFormat.Png, quality: 100), "image/png");
    }

    /// <summary>Whether a browser shows the file without alpha and without moving.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> bytes, PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => true,
        PictureFormat.Png => IsPlainPng(bytes),
        _ => false,
    };

    private static bool IsPlainPng(ReadOnlySpan<byte> bytes)
    {
        const int Signature = 8;
        const int ColourType = 25;
        const int AlphaBit = 4;
        if (bytes.Length <= ColourType || (bytes[ColourType] & AlphaBit) != 0)
        {
            return false;
        }

        for (var at = Signature; at + 8 <= bytes.Length;)
        {
            var type = bytes.Slice(at + 4, 4);
            if (type.SequenceEqual("IDAT"u8))
            {
                return true;
            }

            if (type.SequenceEqual("tRNS"u8) || type.SequenceEqual("acTL"u8))
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            if (length > bytes.Length)
            {
                return false;
            }

            at += 12 + (int)length;
        }

        return false;
    }

    /// <summary>Each pixel of the result is the mean of those it covers.</summary>
    private static byte[] Average(Picture picture, int width, int height)
    {
        var result = new byte[width * height * RgbaBytes];
        for (var y = 0; y < height; y++)
        {
            var (top, bottom) = Covered(y, height, picture.Height);
            for (var x = 0; x < width; x++)
            {
                var (left, right) = Covered(x, width, picture.Width);
                long red = 0, green = 0, blue = 0;
                for (var row = top; row < bottom; row++)
                {
                    var pixels = picture.Rgb.AsSpan(((row * picture.Width) + left) * 3, (right - left) * 3);
                    for (var i = 0; i < pixels.Length; i += 3)
                    {
                        red += pixels[i];
                        green += pixels[i + 1];
                        blue += pixels[i + 2];
                    }
                }

                var count = (long)(bottom - top) * (right - left);
                var to = ((y * width) + x) * RgbaBytes;
                result[to] = (byte)((red + (count / 2)) / count);
                result[to + 1] = (byte)((green + (count / 2)) / count);
                result[to + 2] = (byte)((blue + (count / 2)) / count);
                result[to + 3] = byte.MaxValue;
            }
        }

        return result;
    }

    private static (int First, int End) Covered(int index, int count, int source)
    {
        var first = (int)((long)index * source / count);
        return (first, Math.Max(first + 1, (int)((index + 1L) * source / count)));
    }

    private static byte[] Encode(byte[] rgba, int width, int height, SKEncodedImageFormat format, int quality)
    {
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var handle = GCHandle.Alloc(rgba, GCHandleType.Pinned);
        try
        {
            using var pixels = new SKPixmap(info, handle.AddrOfPinnedObject());
            using var data = pixels.Encode(format, quality) ?? throw new InvalidOperationException($"A picture of {width} × {height} pixels could not be encoded as {format}.");
            return data.ToArray();
        }
        finally
        {
            handle.Free();
        }
    }
}
