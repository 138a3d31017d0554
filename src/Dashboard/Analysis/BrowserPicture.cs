using System.Buffers.Binary;
using LogitLens.Inference.Imaging;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Pictures that a browser shows as the model saw them.</summary>
internal static class BrowserPicture
{
    // What is kept was let in under other limits, perhaps.
    private static readonly PictureLimits LimitsOfItsDay = new(long.MaxValue, PictureLimits.Default.MaxPixels);

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

    /// <summary>The picture in one orientation, in a form that every browser shows pixel by pixel as it was analysed: upright by its pixels alone, opaque, one frame.</summary>
    public static (byte[] Bytes, string MediaType) From(byte[] bytes, PictureOrientation orientation)
    {
        var info = PictureDecoder.Inspect(bytes, LimitsOfItsDay);
        if (info.ExifOrientation == 1 && IsPlain(bytes, info.Format))
        {
            return (bytes, MediaTypeOf(info.Format));
        }

        return (PictureEncoder.ToPng(PictureDecoder.Decode(bytes, orientation, LimitsOfItsDay)), "image/png");
    }

    /// <summary>A small picture, turned as EXIF says; null where it says nothing.</summary>
    public static byte[]? TurnedThumbnail(byte[] bytes) => PictureThumbnail.CreateTurned(bytes, LimitsOfItsDay);

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
}
