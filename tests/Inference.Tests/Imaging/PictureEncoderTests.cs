using LogitLens.Inference.Imaging;

namespace LogitLens.Inference.Tests.Imaging;

public sealed class PictureEncoderTests
{
    [Fact]
    public void ToPng_AnyPicture_ComesBackUnchanged()
    {
        var picture = SamplePictures.Noise(61, 43);

        Assert.Equal(picture.Rgb, Decode(PictureEncoder.ToPng(picture), PictureFormat.Png).Rgb);
    }

    [Fact]
    public void ToLosslessWebP_AnyPicture_ComesBackUnchanged()
    {
        var picture = SamplePictures.Noise(61, 43);

        Assert.Equal(picture.Rgb, Decode(PictureEncoder.ToLosslessWebP(picture), PictureFormat.WebP).Rgb);
    }

    [Fact]
    public void ToLosslessWebP_SideTooLong_IsRefusedByItsBound()
        => Assert.Throws<ArgumentException>(() => PictureEncoder.ToLosslessWebP(new Picture(16_384, 1, new byte[16_384 * 3])));

    [Theory]
    [InlineData(1000, 500, 320, 160)]
    [InlineData(500, 1000, 160, 320)]
    [InlineData(2000, 1, 320, 1)]
    [InlineData(100, 40, 100, 40)]
    public void Create_Picture_FitsIntoTheThumbnail(int width, int height, int expectedWidth, int expectedHeight)
    {
        var thumbnail = PictureThumbnail.Create(PictureEncoder.ToPng(SamplePictures.Noise(width, height)), PictureLimits.Default);

        var decoded = Decode(thumbnail, PictureFormat.WebP);
        Assert.Equal((expectedWidth, expectedHeight), (decoded.Width, decoded.Height));
    }

    [Fact]
    public void Create_PictureWithOrientation_IsNotTurned()
    {
        var file = SamplePictures.WithExif(SamplePictures.Jpeg(SamplePictures.Noise(80, 40)), 6, littleEndian: true);

        var thumbnail = PictureThumbnail.Create(file, PictureLimits.Default);

        Assert.Equal(new PictureInfo(PictureFormat.WebP, 80, 40, 1), PictureDecoder.Inspect(thumbnail, PictureLimits.Default));
    }

    private static Picture Decode(byte[] file, PictureFormat format)
    {
        Assert.Equal(format, PictureDecoder.Inspect(file, PictureLimits.Default).Format);
        return PictureDecoder.Decode(file, PictureOrientation.AsStored, PictureLimits.Default);
    }
}
