using LogitLens.Inference.Imaging;

namespace LogitLens.Inference.Tests.Imaging;

public sealed class PictureProcessorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("logitlens-imaging-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Prepare_WidePicture_MapsPatchesBackToItsOwnPixels()
    {
        var processor = Open("""{"image_processor_type":"CLIPImageProcessor","size":{"shortest_edge":84},"crop_size":{"height":84,"width":84}}""");

        var prepared = processor.Prepare(SamplePictures.Noise(380, 107));

        // 380 × 107 becomes ⌊84·380/107⌋ = 298 × 84; the crop begins at ⌊(298 − 84)/2⌋ = 107.
        const double Scale = 380.0 / 298;
        Assert.Equal(36, prepared.Patches.Count);
        Assert.Equal(new PatchRegion(0, 0, 0, new PixelRectangle(107 * Scale, 0, prepared.Patches[0].Pixels.Width, 14 * 107.0 / 84)), prepared.Patches[0]);
        Assert.Equal(14 * Scale, prepared.Patches[0].Pixels.Width, 9);
        Assert.Equal((1, 1), (prepared.Patches[7].Row, prepared.Patches[7].Column));
        Assert.Equal(121 * Scale, prepared.Patches[7].Pixels.X, 9);
        Assert.Equal(14 * 107.0 / 84, prepared.Patches[7].Pixels.Y, 9);
        Assert.Equal(107 * Scale, prepared.Seen.X, 9);
        Assert.Equal(84 * Scale, prepared.Seen.Width, 9);
        Assert.Equal((0.0, 107.0), (prepared.Seen.Y, prepared.Seen.Height));
    }

    [Fact]
    public void Prepare_TallPicture_MapsPatchesBackToItsOwnPixels()
    {
        var processor = Open("""{"image_processor_type":"CLIPImageProcessor","size":84,"crop_size":84}""");

        var prepared = processor.Prepare(SamplePictures.Noise(121, 400));

        // 121 × 400 becomes 84 × ⌊84·400/121⌋ = 277; the crop begins at ⌊(277 − 84)/2⌋ = 96.
        Assert.Equal(96 * 400.0 / 277, prepared.Patches[0].Pixels.Y, 9);
        Assert.Equal(0, prepared.Patches[0].Pixels.X);
        Assert.Equal(14 * 121.0 / 84, prepared.Patches[0].Pixels.Width, 9);
        Assert.Equal((84, 84), (prepared.Width, prepared.Height));
    }

    [Fact]
    public void Prepare_SizeNoMultipleOfThePatch_LeavesTheRestUnseen()
    {
        var processor = Open("""{"image_processor_type":"SiglipImageProcessor","size":{"height":30,"width":44}}""");

        var prepared = processor.Prepare(SamplePictures.Noise(88, 60));

        Assert.Equal(6, prepared.Patches.Count);
        Assert.Equal(new PixelRectangle(0, 0, 84, 56), prepared.Seen);
        Assert.Equal(new PixelRectangle(56, 28, 28, 28), prepared.Patches[^1].Pixels);
        Assert.Equal(44 * 30 * 3, prepared.PixelValues.Length);
    }

    [Fact]
    public void Prepare_PictureSmallerThanItsCrop_IsPaddedWithZeros()
    {
        var processor = Open("""{"image_processor_type":"CLIPImageProcessor","do_resize":false,"crop_size":28,"do_rescale":false,"do_normalize":false}""");
        var picture = SamplePictures.Noise(20, 9);

        var prepared = processor.Prepare(picture);

        // transformers puts the smaller picture at ⌈(28 − 20)/2⌉ = 4 and ⌈(28 − 9)/2⌉ = 10.
        Assert.Equal(picture.Rgb[..3], prepared.Resized.AsSpan(((10 * 28) + 4) * 3, 3).ToArray());
        Assert.Equal(picture.Rgb[^3..], prepared.Resized.AsSpan(((18 * 28) + 23) * 3, 3).ToArray());
        Assert.All(prepared.Resized[..(10 * 28 * 3)], value => Assert.Equal(0, value));
        Assert.Equal(picture.Rgb[1], prepared.PixelValues[(28 * 28) + (10 * 28) + 4]);
        Assert.Equal(new PixelRectangle(0, 0, 10, 4), prepared.Patches[0].Pixels);
    }

    [Fact]
    public void Prepare_ExtremeShape_CostsNoMoreThanItsCrop()
    {
        var processor = Open("""{"image_processor_type":"CLIPImageProcessor","size":{"shortest_edge":336},"crop_size":336}""");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var prepared = processor.Prepare(new Picture(1, 65_535, new byte[65_535 * 3]));

        Assert.Equal((336, 336), (prepared.Width, prepared.Height));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "holds no JSON object")]
    [InlineData("{}", "names no image_processor_type")]
    [InlineData("""{"image_processor_type":"LlavaNextImageProcessor"}""", "LlavaNextImageProcessor")]
    [InlineData("""{"image_processor_type":"LlavaOnevisionImageProcessor"}""", "not supported")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","size":{"longest_edge":336}}""", "size in an unknown form")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","size":"big"}""", "size in an unknown form")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","size":0}""", "whole number from 1")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","size":1000000}""", "whole number from 1")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","crop_size":{"height":84}}""", "crop_size in an unknown form")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","resample":0}""", "resample 0")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","resample":99}""", "resample 99")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","image_mean":[1,2]}""", "three numbers")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","image_std":[1,0,1]}""", "zero in image_std")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","do_resize":"yes"}""", "true or false")]
    public void Open_UnusableSettings_AreRefusedWithOneSentence(string json, string expected)
    {
        var refusal = Assert.Throws<RefusedInputException>(() => Open(json));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoFile_SaysWhichIsMissing()
    {
        var refusal = Assert.Throws<RefusedInputException>(() => PictureProcessor.Open(_folder, 14));

        Assert.Contains("no preprocessor_config.json", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llava-next")]
    [InlineData("llava-onevision")]
    public void Open_TilingProcessorOfTheGoldens_IsNamedAsUnsupported(string checkpoint)
    {
        var folder = SharedFolder.Require($"goldens/{checkpoint}/checkpoint");

        Assert.Contains("is not supported", Assert.Throws<RefusedInputException>(() => PictureProcessor.Open(folder, 14)).Message, StringComparison.Ordinal);
    }

    private PictureProcessor Open(string json)
    {
        File.WriteAllText(Path.Combine(_folder, "preprocessor_config.json"), json);
        return PictureProcessor.Open(_folder, 14);
    }
}
