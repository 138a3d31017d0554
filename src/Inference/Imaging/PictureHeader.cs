using System.Buffers.Binary;

namespace LogitLens.Inference.Imaging;

/// <summary>
/// Reads what a picture's first bytes say, without a decoder: nothing is allocated and no pixel touched before the limits have been looked at.
/// </summary>
/// <remarks>Every read is inside the span or the answer is "cut short"; a length that lies can only end the walk.</remarks>
internal static class PictureHeader
{
    /// <summary>The formats that are read, as sentences name them.</summary>
    public const string Readable = "JPEG, PNG, WebP, GIF and BMP";

    /// <summary>The format by magic bytes, or null.</summary>
    public static PictureFormat? Recognise(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xD8, 0xFF, ..] => PictureFormat.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => PictureFormat.Png,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => PictureFormat.WebP,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => PictureFormat.Gif,
        [(byte)'B', (byte)'M', ..] when LooksLikeBmp(bytes) => PictureFormat.Bmp,
        _ => null,
    };

    /// <summary>Width and height as stored; null where the file ends before it says them. Zero and negative sizes are handed on as they are.</summary>
    public static (long Width, long Height)? Size(ReadOnlySpan<byte> bytes, PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => JpegSize(bytes),
        PictureFormat.Png => PngSize(bytes),
        PictureFormat.WebP => WebPSize(bytes),
        PictureFormat.Gif => GifFrame.Size(bytes),
        PictureFormat.Bmp => BmpSize(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>The EXIF orientation tag, 1…8; 1 where there is none or it makes no sense.</summary>
    public static int Orientation(ReadOnlySpan<byte> bytes, PictureFormat format)
    {
        var exif = format switch
        {
            PictureFormat.Jpeg => JpegExif(bytes),
            PictureFormat.Png => PngChunk(bytes, "eXIf"u8),
            PictureFormat.WebP => WebPChunk(bytes, "EXIF"u8),
            _ => default,
        };
        if (exif.StartsWith("Exif\0\0"u8))
        {
            exif = exif[6..];
        }

        return TiffOrientation(exif);
    }

    /// <summary>Whether the container's own lengths show that the end of the file is missing.</summary>
    public static bool IsCutShort(ReadOnlySpan<byte> bytes, PictureFormat format) => format switch
    {
        PictureFormat.Png => !PngCouldHoldItsPixels(bytes),
        PictureFormat.WebP => BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) + 8L > bytes.Length,
        PictureFormat.Jpeg => JpegLacksScans(bytes),
        _ => false,
    };

    /// <summary>What a refused file looks like: "a PDF document", "text", "no picture".</summary>
    public static string Describe(ReadOnlySpan<byte> bytes)
    {
        switch (bytes)
        {
            case [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..]:
                return "a PDF document";
            case [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..]:
                return "a ZIP archive or an office document";
            case [0x1F, 0x8B, ..]:
                return "a gzip archive";
            case [(byte)'7', (byte)'z', 0xBC, 0xAF, ..]:
                return "a 7-Zip archive";
            case [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] or [(byte)'I', (byte)'I', 43, 0, ..] or [(byte)'M', (byte)'M', 0, 43, ..]:
                return "a TIFF or camera raw picture";
            case [0, 0, 1 or 2, 0, _, _, ..]:
                return "a Windows icon";
            case [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..]:
                return "a Photoshop document";
            case [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', ..]:
                return "a JPEG XL picture";
            case [0, 0, 0, 12, (byte)'j', (byte)'P', ..]:
                return "a JPEG 2000 picture";
            case [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..]:
                return DescribeIsoMedia(bytes[8..]);
            case [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..]:
                return "a sound or a film";
            case [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] or [(byte)'M', (byte)'Z', ..]:
                return "a program";
        }

        var start = bytes[..Math.Min(bytes.Length, 1024)];
        if (start.IndexOf((byte)0) >= 0 || start.IndexOfAnyInRange((byte)1, (byte)8) >= 0 || !IsTextual(start))
        {
            return "no picture of a known format";
        }

        if (start.IndexOf("<svg"u8) >= 0)
        {
            return "an SVG drawing";
        }

        return start.TrimStart(" \t\r\n\uFEFF"u8) is [(byte)'<', ..] ? "a web page or XML" : "text";
    }

    private static string DescribeIsoMedia(ReadOnlySpan<byte> brand) => brand switch
    {
        [(byte)'h', (byte)'e', ..] or [(byte)'m', (byte)'i', (byte)'f', (byte)'1', ..] or [(byte)'m', (byte)'s', (byte)'f', (byte)'1', ..] => "a HEIC picture",
        [(byte)'a', (byte)'v', (byte)'i', (byte)'f' or (byte)'s', ..] => "an AVIF picture",
        _ => "a film",
    };

    private static bool IsTextual(ReadOnlySpan<byte> start)
    {
        while (!start.IsEmpty)
        {
            if (System.Text.Rune.DecodeFromUtf8(start, out _, out var used) == System.Buffers.OperationStatus.InvalidData)
            {
                return false;
            }

            start = start[used..];
        }

        return true;
    }

    private static bool LooksLikeBmp(ReadOnlySpan<byte> bytes)
    {
        // "BM" alone begins many a text; the header's own size is one of few numbers.
        return bytes.Length < 18 || BinaryPrimitives.ReadUInt32LittleEndian(bytes[14..]) is 12 or 16 or 40 or 52 or 56 or 64 or 108 or 124;
    }

    private static (long, long)? BmpSize(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 26)
        {
            return null;
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[14..]) == 12)
        {
            return (BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]));
        }

        // A negative height means rows from the top down.
        return (BinaryPrimitives.ReadInt32LittleEndian(bytes[18..]), Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(bytes[22..])));
    }

    private static (long, long)? PngSize(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 26 || !bytes[12..].StartsWith("IHDR"u8))
        {
            return null;
        }

        return (BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]));
    }

    private static ReadOnlySpan<byte> PngChunk(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> wanted)
    {
        for (var rest = bytes[8..]; rest.Length >= 12;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
            {
                return default;
            }

            if (rest.Slice(4, 4).SequenceEqual(wanted))
            {
                return rest.Slice(8, (int)length);
            }

            rest = rest[((int)length + 12)..];
        }

        return default;
    }

    /// <summary>Deflate shrinks at most 1032 to 1: a header that claims more pixels than its data could ever hold is refused before memory is set aside.</summary>
    private static bool PngCouldHoldItsPixels(ReadOnlySpan<byte> bytes)
    {
        const int MaxDeflateRatio = 1032;

        long data = 0;
        var complete = false;
        for (var rest = bytes[8..]; rest.Length >= 12;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
            {
                return false;
            }

            data += rest.Slice(4, 4).SequenceEqual("IDAT"u8) ? length : 0;
            complete = rest.Slice(4, 4).SequenceEqual("IEND"u8);
            if (complete)
            {
                break;
            }

            rest = rest[((int)length + 12)..];
        }

        long channels = bytes[25] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var (width, height) = PngSize(bytes)!.Value;
        var needed = checked(width * channels * bytes[24] / 8 * height);
        return complete && needed <= data * MaxDeflateRatio;
    }

    private static (long, long)? JpegSize(ReadOnlySpan<byte> bytes)
    {
        foreach (var segment in new JpegSegments(bytes))
        {
            if (IsFrame(segment.Marker))
            {
                return segment.Body.Length < 5
                    ? null
                    : (BinaryPrimitives.ReadUInt16BigEndian(segment.Body[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment.Body[1..]));
            }
        }

        return null;
    }

    /// <summary>
    /// A JPEG of several scans decodes at any length, only coarser: whether it is whole shows in the marker at its end alone.
    /// One of a single scan may do without that marker, as some cameras' files do.
    /// </summary>
    private static bool JpegLacksScans(ReadOnlySpan<byte> bytes)
    {
        const byte EndOfImage = 0xD9;
        const byte StartOfScan = 0xDA;

        var components = 0;
        var severalScans = false;
        var rest = bytes[2..];
        while (rest.IndexOf((byte)0xFF) is var marker and >= 0)
        {
            rest = rest[marker..].TrimStart((byte)0xFF);
            if (rest.IsEmpty)
            {
                break;
            }

            var kind = rest[0];
            if (kind == EndOfImage)
            {
                return false;
            }

            if (kind is 0x00 or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                rest = rest[1..];
                continue;
            }

            var length = rest.Length < 3 ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(rest[1..]) + 1;
            if (length > rest.Length)
            {
                break;
            }

            if (IsFrame(kind) && length >= 9)
            {
                components = rest[8];

                // SOF2, 6, 10 and 14 are the progressive ones.
                severalScans = (kind & 3) == 2;
            }

            severalScans |= kind == StartOfScan && length >= 4 && rest[3] < components;
            rest = rest[length..];
        }

        return severalScans;
    }

    /// <summary>SOF0…SOF15 but for the tables DHT, JPG and DAC that share the range.</summary>
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static ReadOnlySpan<byte> JpegExif(ReadOnlySpan<byte> bytes)
    {
        foreach (var segment in new JpegSegments(bytes))
        {
            if (segment.Marker == 0xE1 && segment.Body.StartsWith("Exif\0\0"u8))
            {
                return segment.Body;
            }
        }

        return default;
    }

    private static (long, long)? WebPSize(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 30)
        {
            // The smallest lossless file is shorter than the extended header.
            return bytes.Length >= 25 && bytes[12..].StartsWith("VP8L"u8) ? LosslessSize(bytes[21..]) : null;
        }

        if (bytes[12..].StartsWith("VP8X"u8))
        {
            return (1 + ReadUInt24(bytes[24..]), 1 + ReadUInt24(bytes[27..]));
        }

        if (bytes[12..].StartsWith("VP8L"u8))
        {
            return LosslessSize(bytes[21..]);
        }

        return bytes[12..].StartsWith("VP8 "u8)
            ? (BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]) & 0x3FFF)
            : null;

        static (long, long) LosslessSize(ReadOnlySpan<byte> bits)
        {
            var packed = BinaryPrimitives.ReadUInt32LittleEndian(bits);
            return (1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF));
        }

        static long ReadUInt24(ReadOnlySpan<byte> source) => source[0] | source[1] << 8 | source[2] << 16;
    }

    private static ReadOnlySpan<byte> WebPChunk(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> wanted)
    {
        for (var rest = bytes.Length < 12 ? default : bytes[12..]; rest.Length >= 8;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            if (length > rest.Length - 8)
            {
                return default;
            }

            if (rest[..4].SequenceEqual(wanted))
            {
                return rest.Slice(8, (int)length);
            }

            rest = rest[Math.Min((int)length + 8 + (int)(length & 1), rest.Length)..];
        }

        return default;
    }

    private static int TiffOrientation(ReadOnlySpan<byte> tiff)
    {
        const int OrientationTag = 0x0112;

        var little = tiff is [(byte)'I', (byte)'I', ..];
        if (tiff.Length < 8 || !(little || tiff is [(byte)'M', (byte)'M', ..]))
        {
            return 1;
        }

        var directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
        {
            return 1;
        }

        var entries = tiff[(int)directory..];
        var count = Short(entries, little);
        entries = entries[2..];
        for (var entry = 0; entry < count && entries.Length >= 12; entry++, entries = entries[12..])
        {
            if (Short(entries, little) == OrientationTag)
            {
                return Short(entries[8..], little) is var value and >= 1 and <= 8 ? value : 1;
            }
        }

        return 1;

        static int Short(ReadOnlySpan<byte> source, bool little)
            => little ? BinaryPrimitives.ReadUInt16LittleEndian(source) : BinaryPrimitives.ReadUInt16BigEndian(source);
    }

    private readonly ref struct JpegSegment(byte marker, ReadOnlySpan<byte> body)
    {
        public byte Marker { get; } = marker;

        public ReadOnlySpan<byte> Body { get; } = body;
    }

    /// <summary>The marker segments of a JPEG up to its first scan.</summary>
    private ref struct JpegSegments(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes[2..];

        public JpegSegment Current { get; private set; }

        public readonly JpegSegments GetEnumerator() => this;

        public bool MoveNext()
        {
            const byte StartOfScan = 0xDA;

            while (true)
            {
                var marker = _rest.IndexOf((byte)0xFF);
                if (marker < 0)
                {
                    return false;
                }

                // Any number of 0xFF may stand before a marker.
                _rest = _rest[marker..].TrimStart((byte)0xFF);
                if (_rest.Length < 3 || _rest[0] is StartOfScan)
                {
                    return false;
                }

                if (_rest[0] is 0x00 or 0x01 or (>= 0xD0 and <= 0xD9))
                {
                    _rest = _rest[1..];
                    continue;
                }

                var length = BinaryPrimitives.ReadUInt16BigEndian(_rest[1..]);
                if (length < 2 || length > _rest.Length - 1)
                {
                    return false;
                }

                Current = new JpegSegment(_rest[0], _rest.Slice(3, length - 2));
                _rest = _rest[(length + 1)..];
                return true;
            }
        }
    }
}
