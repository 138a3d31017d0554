using System.Globalization;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace LogitLens.Inference.Imaging;

/// <summary>Decodes untrusted picture bytes.</summary>
public static class PictureDecoder
{
    /// <summary>Reads the header only.</summary>
    /// <exception cref="RefusedInputException">Not a picture of a known format, or over a limit.</exception>
    public static PictureInfo Inspect(ReadOnlySpan<byte> bytes, PictureLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (bytes.IsEmpty)
        {
            throw new RefusedInputException("The picture file is empty (0 bytes); choose a file that holds a picture.");
        }

        if (bytes.Length > limits.MaxBytes)
        {
            throw new RefusedInputException(Sentence(
                $"The picture file has {bytes.Length:N0} bytes, and at most {limits.MaxBytes:N0} are taken; save it smaller."));
        }

        if (PictureHeader.Recognise(bytes) is not { } format)
        {
            throw new RefusedInputException(
                $"The file looks like {PictureHeader.Describe(bytes)}, and only {PictureHeader.Readable} are read; save the picture in one of these formats.");
        }

        if (PictureHeader.Size(bytes, format) is not var (width, height))
        {
            throw new RefusedInputException($"The {Name(format)} picture is cut short or damaged in its header; copy or save it again.");
        }

        if (width <= 0 || height <= 0)
        {
            throw new RefusedInputException(Sentence($"The picture's header says {width:N0} × {height:N0} pixels, which is no picture; save it again."));
        }

        if (width > limits.MaxSide || height > limits.MaxSide)
        {
            throw new RefusedInputException(Sentence(
                $"The picture's header says {width:N0} × {height:N0} pixels, and no side may be longer than {limits.MaxSide:N0}; scale or cut it."));
        }

        if (width * height > limits.MaxPixels)
        {
            throw new RefusedInputException(Sentence(
                $"The picture's header says {width:N0} × {height:N0} = {width * height:N0} pixels, and at most {limits.MaxPixels:N0} are decoded; scale it down."));
        }

        return new PictureInfo(format, (int)width, (int)height, PictureHeader.Orientation(bytes, format));
    }

    /// <summary>Decodes to RGB in the orientation asked for.</summary>
    /// <remarks>
    /// Takes seven bytes of memory a pixel while it runs. Of several frames the first is taken; embedded colour profiles are not applied: both as PIL does.
    /// </remarks>
    /// <exception cref="RefusedInputException">Not a picture, over a limit, or cut short.</exception>
    public static Picture Decode(ReadOnlySpan<byte> bytes, PictureOrientation orientation, PictureLimits limits)
    {
        var info = Inspect(bytes, limits);
        if (PictureHeader.IsCutShort(bytes, info.Format))
        {
            throw CutShort(info.Format);
        }

        var rgb = info.Format == PictureFormat.Gif ? DecodeGif(bytes, info) : DecodeWithSkia(bytes, info);
        var stored = new Picture(info.Width, info.Height, rgb);
        return orientation == PictureOrientation.Exif ? Turn(stored, info.ExifOrientation) : stored;
    }

    private static byte[] DecodeGif(ReadOnlySpan<byte> bytes, PictureInfo info)
    {
        var rgb = new byte[checked(info.Width * info.Height * 3)];
        return GifFrame.TryDecode(bytes, rgb) ? rgb : throw CutShort(info.Format);
    }

    private static unsafe byte[] DecodeWithSkia(ReadOnlySpan<byte> bytes, PictureInfo info)
    {
        fixed (byte* start = bytes)
        {
            // No copy: the bytes stay where they are for as long as the codec lives.
            using var data = SKData.Create((IntPtr)start, bytes.Length);
            using var codec = SKCodec.Create(data) ?? throw Damaged(info.Format);
            if (codec.Info.Width != info.Width || codec.Info.Height != info.Height)
            {
                throw Damaged(info.Format);
            }

            // A null colour space switches colour management off; unpremultiplied keeps the colour under transparent pixels.
            var target = new SKImageInfo(info.Width, info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, null);
            var rgba = NativeMemory.AllocZeroed((nuint)info.Width * (nuint)info.Height, 4);
            try
            {
                switch (codec.GetPixels(target, (IntPtr)rgba))
                {
                    case SKCodecResult.Success:
                        break;
                    case SKCodecResult.IncompleteInput:
                        throw CutShort(info.Format);
                    case var result:
                        throw Damaged(info.Format, result);
                }

                return DropAlpha((byte*)rgba, checked(info.Width * info.Height));
            }
            finally
            {
                NativeMemory.Free(rgba);
            }
        }
    }

    private static unsafe byte[] DropAlpha(byte* rgba, int pixels)
    {
        var rgb = new byte[checked(pixels * 3)];
        for (var to = 0; to < rgb.Length; to += 3, rgba += 4)
        {
            rgb[to] = rgba[0];
            rgb[to + 1] = rgba[1];
            rgb[to + 2] = rgba[2];
        }

        return rgb;
    }

    /// <summary>Turns and mirrors as EXIF's orientation tag says (Exif 2.32, 4.6.4 A): which corner the first stored pixel belongs into.</summary>
    private static Picture Turn(Picture stored, int orientation)
    {
        if (orientation == 1)
        {
            return stored;
        }

        var (columns, rows) = (stored.Width, stored.Height);
        var (width, height) = orientation >= 5 ? (rows, columns) : (columns, rows);
        var turned = new byte[stored.Rgb.Length];
        for (var y = 0; y < height; y++)
        {
            // Where in the stored picture this row begins, and how many pixels there are from one of its pixels to the next.
            var (start, step) = orientation switch
            {
                2 => ((y * columns) + columns - 1, -1),
                3 => ((rows * columns) - 1 - (y * columns), -1),
                4 => ((rows - 1 - y) * columns, 1),
                5 => (y, columns),
                6 => (((rows - 1) * columns) + y, -columns),
                7 => ((rows * columns) - 1 - y, -columns),
                8 => (columns - 1 - y, columns),
                _ => throw new ArgumentOutOfRangeException(nameof(orientation)),
            };
            var target = turned.AsSpan(y * width * 3, width * 3);
            for (var x = 0; x < width; x++)
            {
                stored.Rgb.AsSpan((start + (x * step)) * 3, 3).CopyTo(target[(x * 3)..]);
            }
        }

        return new Picture(width, height, turned);
    }

    private static RefusedInputException CutShort(PictureFormat format)
        => new($"The {Name(format)} picture is cut short: its data end before its last pixel; copy or download it again.");

    private static RefusedInputException Damaged(PictureFormat format, SKCodecResult? result = null)
        => new($"The {Name(format)} picture is damaged and cannot be decoded{(result is null ? string.Empty : $" ({result})")}; save it again.");

    private static string Name(PictureFormat format) => format == PictureFormat.WebP ? "WebP" : format.ToString().ToUpperInvariant();

    private static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
