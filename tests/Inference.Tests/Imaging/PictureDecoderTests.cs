using System.Buffers.Binary;
using System.Text;
using LogitLens.Inference.Imaging;

namespace LogitLens.Inference.Tests.Imaging;

public sealed class PictureDecoderTests
{
    public static TheoryData<PictureFormat> Formats() => [.. Enum.GetValues<PictureFormat>()];

    public static MatrixTheoryData<int, bool> Orientations() => new([1, 2, 3, 4, 5, 6, 7, 8], [true, false]);

    public static TheoryData<string, byte[], string> HostileFiles()
    {
        var random = new byte[4096];
        new Random(7).NextBytes(random);
        random[0] = 0;
        var png = PictureEncoder.ToPng(SamplePictures.Noise(9, 7));
        return new TheoryData<string, byte[], string>
        {
            { "empty", [], "empty" },
            { "one byte", [0xFF], "no picture" },
            { "random bytes", random, "no picture" },
            { "text", Encoding.UTF8.GetBytes("BMW is no bitmap, and this is longer than a header. Größe."), "text" },
            { "SVG", Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "SVG" },
            { "web page", Encoding.UTF8.GetBytes("<!DOCTYPE html><html></html>"), "web page" },
            { "HEIC", [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8], "HEIC" },
            { "AVIF", [0, 0, 0, 24, .. "ftypavif"u8, 0, 0, 0, 0, .. "avifmif1"u8], "AVIF" },
            { "ZIP", [(byte)'P', (byte)'K', 3, 4, 20, 0, 0, 0], "ZIP" },
            { "PDF", [.. "%PDF-1.7"u8], "PDF" },
            { "TIFF", [(byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0], "TIFF" },
            { "film", [.. "RIFF"u8, 0, 1, 0, 0, .. "AVI LIST"u8], "film" },
            { "PNG of 60000 × 60000", WithPngSize(png, 60_000, 60_000), "60,000 × 60,000 = 3,600,000,000 pixels, and at most 100,000,000" },
            { "PNG of 70000 × 1", WithPngSize(png, 70_000, 1), "no side may be longer than 65,535" },
            { "PNG of 4294967295 × 4294967295", WithPngSize(png, uint.MaxValue, uint.MaxValue), "no side may be longer" },
            { "PNG without width", WithPngSize(png, 0, 7), "0 × 7 pixels" },
            { "PNG without height", WithPngSize(png, 9, 0), "9 × 0 pixels" },
            { "PNG that claims what its data cannot hold", WithPngSize(png, 9_000, 9_000), "cut short" },
            { "PNG signature alone", png[..8], "cut short" },
            { "GIF of 60000 × 60000", WithGifSize(60_000, 60_000), "60,000 × 60,000" },
            { "GIF without width", WithGifSize(0, 5), "pixels, which is no picture" },
            { "BMP of 60000 × 60000", WithBmpSize(60_000, 60_000), "60,000 × 60,000" },
            { "BMP without width", WithBmpSize(0, 5), "0 × 5 pixels" },
            { "BMP of negative width", WithBmpSize(-4, 5), "-4 × 5 pixels" },
            { "BMP of the lowest height", WithBmpSize(4, int.MinValue), "2,147,483,648" },
            { "JPEG of 60000 × 60000", WithJpegSize(60_000, 60_000), "60,000 × 60,000" },
            { "JPEG without height", WithJpegSize(9, 0), "9 × 0 pixels" },
            { "JPEG marker alone", [0xFF, 0xD8, 0xFF], "cut short" },
            { "WebP of 16384 × 16384 in 16777216", [.. "RIFF"u8, 22, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255], "16,777,216" },
            { "WebP header alone", [.. "RIFF"u8, 4, 0, 0, 0, .. "WEBP"u8], "cut short" },
        };
    }

    [Theory]
    [MemberData(nameof(HostileFiles))]
    public void Decode_HostileFile_IsRefusedWithOneSentence(string name, byte[] file, string expected)
    {
        var refusal = Assert.Throws<RefusedInputException>(() => PictureDecoder.Decode(file, PictureOrientation.AsStored, PictureLimits.Default));

        Assert.True(refusal.Message.Contains(expected, StringComparison.Ordinal), $"{name}: {refusal.Message}");
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void Inspect_FileOverTheByteLimit_NamesTheLimit()
    {
        var refusal = Assert.Throws<RefusedInputException>(
            () => PictureDecoder.Inspect(PictureEncoder.ToPng(SamplePictures.Noise(40, 40)), new PictureLimits(MaxBytes: 1000)));

        Assert.Contains("at most 1,000 are taken", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_PngBomb_IsRefusedBeforeMemoryIsTaken()
    {
        // Black, 20000 × 20000: 400 megapixels that deflate to next to nothing.
        var bomb = WithPngSize(PictureEncoder.ToPng(new Picture(200, 200, new byte[200 * 200 * 3])), 20_000, 20_000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<RefusedInputException>(() => PictureDecoder.Decode(bomb, PictureOrientation.AsStored, PictureLimits.Default));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Inspect_PictureOfEachFormat_ReadsItsHeader(PictureFormat format)
    {
        var info = PictureDecoder.Inspect(SamplePictures.Encode(SamplePictures.Noise(47, 31), format), PictureLimits.Default);

        Assert.Equal(new PictureInfo(format, 47, 31, 1), info);
    }

    [Theory]
    [InlineData(PictureFormat.Png)]
    [InlineData(PictureFormat.WebP)]
    [InlineData(PictureFormat.Bmp)]
    public void Decode_LosslessPicture_GivesItsPixels(PictureFormat format)
    {
        var picture = SamplePictures.Noise(47, 31);

        var decoded = PictureDecoder.Decode(SamplePictures.Encode(picture, format), PictureOrientation.AsStored, PictureLimits.Default);

        Assert.Equal((47, 31), (decoded.Width, decoded.Height));
        Assert.Equal(picture.Rgb, decoded.Rgb);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_TruncatedAnywhere_IsRefusedOrWhole(PictureFormat format)
    {
        // Noise, so that every byte of the data says something. A file that lacks only what follows its last pixel may still be taken whole.
        var file = SamplePictures.Encode(SamplePictures.Noise(37, 29), format);
        var whole = PictureDecoder.Decode(file, PictureOrientation.AsStored, PictureLimits.Default);
        for (var length = 0; length < file.Length; length += length < 100 || length > file.Length - 40 ? 1 : 17)
        {
            try
            {
                var decoded = PictureDecoder.Decode(file.AsSpan(0, length), PictureOrientation.AsStored, PictureLimits.Default);
                Assert.True(length >= file.Length - 8, $"{length} of {file.Length} bytes were taken for a picture.");
                Assert.Equal(whole.Rgb, decoded.Rgb);
            }
            catch (RefusedInputException)
            {
                // As it should be.
            }
        }
    }

    [Theory]
    [InlineData("astronaut.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("chelsea.png")]
    [InlineData("palette.png")]
    [InlineData("lossy.webp")]
    [InlineData("lossless.webp")]
    [InlineData("photo.gif")]
    [InlineData("photo.bmp")]
    public void Decode_HalfOfAPicture_IsRefused(string name)
    {
        var file = File.ReadAllBytes(SharedFolder.Require($"goldens/pictures/{name}"));
        foreach (var share in (double[])[0.2, 0.5, 0.9, 0.99])
        {
            var refusal = Assert.Throws<RefusedInputException>(
                () => PictureDecoder.Decode(file.AsSpan(0, (int)(file.Length * share)), PictureOrientation.AsStored, PictureLimits.Default));
            Assert.Contains("cut short", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_DamagedAnywhere_IsRefusedOrDecoded(PictureFormat format)
    {
        var file = SamplePictures.Encode(SamplePictures.Noise(23, 19), format);
        var random = new Random(3);
        for (var attempt = 0; attempt < 300; attempt++)
        {
            var damaged = file.ToArray();
            for (var change = 0; change < 3; change++)
            {
                damaged[random.Next(Math.Min(damaged.Length, attempt % 2 == 0 ? 64 : damaged.Length))] = (byte)random.Next(256);
            }

            try
            {
                PictureDecoder.Decode(damaged, PictureOrientation.Exif, new PictureLimits(MaxPixels: 1_000_000));
            }
            catch (RefusedInputException)
            {
                // Any other exception fails the test.
            }
        }
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void Decode_ExifOrientation_IsAppliedWhenAskedFor(int orientation, bool littleEndian)
    {
        // Three columns and two rows of 8 × 8 blocks, so that JPEG keeps the colours apart.
        var stored = Blocks([[0, 1, 2], [3, 4, 5]]);
        int[][] turned = orientation switch
        {
            1 => [[0, 1, 2], [3, 4, 5]],
            2 => [[2, 1, 0], [5, 4, 3]],
            3 => [[5, 4, 3], [2, 1, 0]],
            4 => [[3, 4, 5], [0, 1, 2]],
            5 => [[0, 3], [1, 4], [2, 5]],
            6 => [[3, 0], [4, 1], [5, 2]],
            7 => [[5, 2], [4, 1], [3, 0]],
            _ => [[2, 5], [1, 4], [0, 3]],
        };
        var file = SamplePictures.WithExif(SamplePictures.Jpeg(stored), orientation, littleEndian);

        var asStored = PictureDecoder.Decode(file, PictureOrientation.AsStored, PictureLimits.Default);
        var exif = PictureDecoder.Decode(file, PictureOrientation.Exif, PictureLimits.Default);

        Assert.Equal(orientation, PictureDecoder.Inspect(file, PictureLimits.Default).ExifOrientation);
        AssertAlike(stored, asStored);
        AssertAlike(Blocks(turned), exif);
    }

    [Fact]
    public void Inspect_ExifInPng_IsRead()
    {
        var png = PictureEncoder.ToPng(SamplePictures.Noise(4, 3));
        byte[] chunk = [0, 0, 0, 26, .. "eXIf"u8, .. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

        Assert.Equal(6, PictureDecoder.Inspect([.. png[..33], .. chunk, .. png[33..]], PictureLimits.Default).ExifOrientation);
    }

    [Fact]
    public void Decode_TransparentGif_KeepsThePaletteColour()
    {
        var decoded = PictureDecoder.Decode(SamplePictures.Gif(2, 1, [9, 200], transparent: 200), PictureOrientation.AsStored, PictureLimits.Default);

        Assert.Equal(new byte[] { 9, 246, 7, 200, 55, 7 }, decoded.Rgb);
    }

    [Fact]
    public void Decode_GifFrameSmallerThanItsScreen_IsSurroundedByTheTransparentIndex()
    {
        var decoded = PictureDecoder.Decode(SamplePictures.Gif(1, 1, [9], transparent: 200, screen: (3, 2, 1, 1)), PictureOrientation.AsStored, PictureLimits.Default);

        Assert.Equal((3, 2), (decoded.Width, decoded.Height));
        Assert.Equal(new byte[] { 200, 200, 200, 200, 9, 200 }, decoded.Rgb.Where((_, index) => index % 3 == 0).ToArray());
    }

    [Fact]
    public void Decode_InterlacedGif_PutsItsRowsInOrder()
    {
        int[] order = [0, 8, 4, 2, 6, 10, 1, 3, 5, 7, 9];
        var decoded = PictureDecoder.Decode(
            SamplePictures.Gif(1, 11, [.. order.Select(row => (byte)row)], interlaced: true), PictureOrientation.AsStored, PictureLimits.Default);

        Assert.Equal(Enumerable.Range(0, 11).Select(row => (byte)row), decoded.Rgb.Where((_, index) => index % 3 == 0));
    }

    private static Picture Blocks(int[][] colours)
    {
        const int Side = 8;
        var (width, height) = (colours[0].Length * Side, colours.Length * Side);
        var rgb = new byte[width * height * 3];
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            rgb.AsSpan(pixel * 3, 3).Fill((byte)(20 + (40 * colours[pixel / width / Side][pixel % width / Side])));
        }

        return new Picture(width, height, rgb);
    }

    private static void AssertAlike(Picture expected, Picture actual)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.InRange(expected.Rgb.Zip(actual.Rgb, (one, other) => Math.Abs(one - other)).Max(), 0, 4);
    }

    private static byte[] WithPngSize(byte[] png, uint width, uint height)
    {
        var file = png.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(20), height);
        return file;
    }

    private static byte[] WithGifSize(int width, int height) => SamplePictures.Gif(width, height, [1, 2, 3]);

    private static byte[] WithBmpSize(int width, int height)
    {
        var file = SamplePictures.Bmp(SamplePictures.Noise(4, 4));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        return file;
    }

    private static byte[] WithJpegSize(ushort width, ushort height)
    {
        var file = SamplePictures.Jpeg(SamplePictures.Noise(16, 16));
        var frame = file.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 5), height);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 7), width);
        return file;
    }
}
