using System.Runtime.InteropServices;
using SkiaSharp;

namespace LogitLens.Inference.Imaging;

/// <summary>Encodes decoded pictures for the browser. What is written carries no EXIF and no colour profile, so that no browser can turn or recolour it.</summary>
public static class PictureEncoder
{
    /// <summary>WebP's own bound on a side, in pixels.</summary>
    public const int MaxWebPSide = 16_383;

    /// <summary>PNG: any size, every pixel as it is.</summary>
    public static byte[] ToPng(Picture picture)
    {
        // Trying all five row filters takes most of the time and saves little over one good one.
        const int FastCompression = 3;
        return Encode(picture, pixels => pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, FastCompression)));
    }

    /// <summary>Lossless WebP: smaller than PNG and slower to make; every pixel as it is.</summary>
    /// <exception cref="ArgumentException">A side is longer than <see cref="MaxWebPSide"/>.</exception>
    public static byte[] ToLosslessWebP(Picture picture)
    {
        const float LeastEffort = 20;
        return EncodeWebP(picture, new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, LeastEffort));
    }

    /// <summary>Lossy WebP, for thumbnails.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="quality">0…100.</param>
    /// <exception cref="ArgumentException">A side is longer than <see cref="MaxWebPSide"/>.</exception>
    public static byte[] ToLossyWebP(Picture picture, float quality)
        => EncodeWebP(picture, new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, quality));

    /// <summary>JPEG, which every program shows.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="quality">0…100.</param>
    public static byte[] ToJpeg(Picture picture, int quality)
        => Encode(picture, pixels => pixels.Encode(new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore)));

    private static byte[] EncodeWebP(Picture picture, SKWebpEncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (picture.Width > MaxWebPSide || picture.Height > MaxWebPSide)
        {
            throw new ArgumentException(
                $"A WebP picture has sides of at most {MaxWebPSide} pixels; this one is {picture.Width} × {picture.Height}.", nameof(picture));
        }

        return Encode(picture, pixels => pixels.Encode(options));
    }

    private static unsafe byte[] Encode(Picture picture, Func<SKPixmap, SKData?> encode)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var rgba = (byte*)NativeMemory.Alloc((nuint)picture.Width * (nuint)picture.Height, 4);
        try
        {
            var target = rgba;
            for (var from = 0; from < picture.Rgb.Length; from += 3, target += 4)
            {
                target[0] = picture.Rgb[from];
                target[1] = picture.Rgb[from + 1];
                target[2] = picture.Rgb[from + 2];
                target[3] = byte.MaxValue;
            }

            // Opaque, so that the encoders leave the fourth channel out.
            using var pixels = new SKPixmap(
                new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, null), (IntPtr)rgba);
            using var data = encode(pixels)
                ?? throw new InvalidOperationException($"Skia could not encode a picture of {picture.Width} × {picture.Height} pixels.");
            return data.ToArray();
        }
        finally
        {
            NativeMemory.Free(rgba);
        }
    }
}
