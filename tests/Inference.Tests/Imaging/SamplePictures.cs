using System.Buffers.Binary;
using LogitLens.Inference.Imaging;
using SkiaSharp;

namespace LogitLens.Inference.Tests.Imaging;

/// <summary>Pictures made on the spot: real files of every format that is read.</summary>
internal static class SamplePictures
{
    /// <summary>Noise, the same each time, so that no format can shrink it to nothing.</summary>
    public static Picture Noise(int width, int height)
    {
        var rgb = new byte[width * height * 3];
        var state = 1u;
        for (var index = 0; index < rgb.Length; index++)
        {
            state = (state * 1664525) + 1013904223;
            rgb[index] = (byte)(state >> 24);
        }

        return new Picture(width, height, rgb);
    }

    public static byte[] Encode(Picture picture, PictureFormat format) => format switch
    {
        PictureFormat.Png => PictureEncoder.ToPng(picture),
        PictureFormat.WebP => PictureEncoder.ToLosslessWebP(picture),
        PictureFormat.Jpeg => Jpeg(picture),
        PictureFormat.Bmp => Bmp(picture),
        PictureFormat.Gif => Gif(picture.Width, picture.Height, [.. picture.Rgb.Where((_, index) => index % 3 == 0)]),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    public static byte[] Jpeg(Picture picture)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var pixel = 0; pixel < picture.Width * picture.Height; pixel++)
        {
            bitmap.SetPixel(
                pixel % picture.Width, pixel / picture.Width, new SKColor(picture.Rgb[pixel * 3], picture.Rgb[(pixel * 3) + 1], picture.Rgb[(pixel * 3) + 2]));
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95);
        return data.ToArray();
    }

    public static byte[] Bmp(Picture picture)
    {
        var stride = ((picture.Width * 3) + 3) & ~3;
        var file = new byte[54 + (stride * picture.Height)];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), picture.Width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), picture.Height);
        file[26] = 1;
        file[28] = 24;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(34), stride * picture.Height);
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var from = ((y * picture.Width) + x) * 3;
                var to = 54 + ((picture.Height - 1 - y) * stride) + (x * 3);
                (file[to], file[to + 1], file[to + 2]) = (picture.Rgb[from + 2], picture.Rgb[from + 1], picture.Rgb[from]);
            }
        }

        return file;
    }

    /// <summary>A GIF whose index i has the colour (i, 255 − i, 7), in nine-bit codes that are cleared before they grow.</summary>
    public static byte[] Gif(int width, int height, byte[] indices, byte? transparent = null, bool interlaced = false, (int Width, int Height, int X, int Y)? screen = null)
    {
        var (screenWidth, screenHeight, x, y) = screen ?? (width, height, 0, 0);
        List<byte> file = [.. "GIF89a"u8, (byte)screenWidth, (byte)(screenWidth >> 8), (byte)screenHeight, (byte)(screenHeight >> 8), 0xF7, 0, 0];
        for (var index = 0; index < 256; index++)
        {
            file.AddRange([(byte)index, (byte)(255 - index), 7]);
        }

        if (transparent is { } none)
        {
            file.AddRange([(byte)'!', 0xF9, 4, 1, 0, 0, none, 0]);
        }

        file.AddRange([(byte)',', (byte)x, (byte)(x >> 8), (byte)y, (byte)(y >> 8), (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8)]);
        file.AddRange([(byte)(interlaced ? 0x40 : 0), 8]);

        List<byte> data = [];
        var (buffer, bits) = (0, 0);
        for (var index = 0; index < indices.Length; index++)
        {
            if (index % 200 == 0)
            {
                Put(256);
            }

            Put(indices[index]);
        }

        Put(257);
        data.Add((byte)buffer);
        foreach (var block in data.Chunk(255))
        {
            file.AddRange([(byte)block.Length, .. block]);
        }

        return [.. file, 0, (byte)';'];

        void Put(int code)
        {
            buffer |= code << bits;
            for (bits += 9; bits >= 8; bits -= 8)
            {
                data.Add((byte)buffer);
                buffer >>= 8;
            }
        }
    }

    /// <summary>The JPEG with an EXIF segment that holds nothing but the orientation tag.</summary>
    public static byte[] WithExif(byte[] jpeg, int orientation, bool littleEndian)
    {
        byte[] tiff = littleEndian
            ? [(byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0]
            : [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        byte[] segment = [.. "Exif\0\0"u8, .. tiff];
        return [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(segment.Length + 2), .. segment, .. jpeg[2..]];
    }
}
