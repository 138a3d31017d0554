using LogitLens.Inference.Checkpoints;
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
    [InlineData("[]", "not a JSON object")]
    [InlineData("{}", "names no image_processor_type")]
    [InlineData("""{"image_processor_type":"LlavaNextImageProcessor"}""", "cuts tiles")]
    [InlineData("""{"image_processor_type":"Pix2StructImageProcessor"}""", "Pix2StructImageProcessor")]
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

    [Fact]
    public void Prepare_TilesWithPadding_AreFreedFromItAndCoverThePicture()
    {
        // 112 × 112 on a canvas of 112 × 56: resized to 56 × 56, 28 columns of padding on each side; of 8 columns of patches 4 are kept.
        var prepared = OpenTiles(56, "[[56, 112]]", mostTiles: null).Prepare(SamplePictures.Noise(112, 112));

        Assert.Equal(3, prepared.Views);
        Assert.Equal(3 * 3 * 56 * 56, prepared.PixelValues.Length);
        Assert.Equal(new FineGrid(1, 2, 0, 2, 4, 4, 4, 4), prepared.Fine);
        Assert.Equal(16 + 16, prepared.Patches.Count);
        Assert.Equal(16 + 16 + 4, prepared.Positions);
        Assert.All(prepared.Patches.Take(16), patch => Assert.Equal(0, patch.Tile));
        Assert.Equal(new PatchRegion(1, 0, 0, new PixelRectangle(0, 0, 28, 28)), prepared.Patches[16]);
        Assert.Equal(new PatchRegion(1, 3, 2, new PixelRectangle(56, 84, 28, 28)), prepared.Patches[^2]);
        Assert.Equal(new PixelRectangle(0, 0, 112, 112), prepared.Seen);
    }

    [Fact]
    public void Prepare_TilesWithPadding_LeaveItBlackAndThePictureInBetween()
    {
        var prepared = OpenTiles(56, "[[56, 112]]", mostTiles: null).Prepare(new Picture(112, 112, [.. Enumerable.Repeat((byte)200, 112 * 112 * 3)]));

        // The first tile: 28 columns of padding, then 28 of the picture; the second the other way round.
        var first = prepared.Resized.AsSpan(56 * 56 * 3, 56 * 3);
        var second = prepared.Resized.AsSpan(2 * 56 * 56 * 3, 56 * 3);
        Assert.Equal((0, 200), (first[(28 * 3) - 1], first[28 * 3]));
        Assert.Equal((200, 0), (second[(28 * 3) - 1], second[28 * 3]));
    }

    [Fact]
    public void Prepare_TooManyTiles_ShrinksTheGridAndWidensItsPatches()
    {
        // 8 × 8 patches where one tile's 4 × 4 are allowed: half as many each way.
        var prepared = OpenTiles(56, "[[112, 112]]", mostTiles: 1).Prepare(SamplePictures.Noise(112, 112));

        Assert.Equal(new FineGrid(2, 2, 0, 0, 8, 8, 4, 4), prepared.Fine);
        Assert.Equal(new PatchRegion(1, 1, 2, new PixelRectangle(56, 28, 28, 28)), prepared.Patches[16 + 6]);
    }

    [Fact]
    public void Prepare_TilesNoMultipleOfThePatch_LeaveAGapBetweenTiles()
    {
        // 60 pixels hold four patches of 14; the last 4 pixels of each tile belong to none.
        var prepared = OpenTiles(60, "[[60, 120]]", mostTiles: null).Prepare(SamplePictures.Noise(120, 60));

        Assert.Equal(new PixelRectangle(42, 0, 14, 14), prepared.Patches[16 + 3].Pixels);
        Assert.Equal(new PixelRectangle(60, 0, 14, 14), prepared.Patches[16 + 4].Pixels);
        Assert.Equal(new PixelRectangle(0, 0, 116, 56), prepared.Seen);
    }

    [Theory]
    [InlineData(1, 4000, 36, 0)]
    [InlineData(4000, 1, 0, 12)]
    public void Prepare_PictureAsThinAsAThread_IsLeftWithoutAFinerLook(int width, int height, int rows, int columns)
    {
        // transformers keeps the line features of the rows that are left, though they are empty.
        var prepared = OpenTiles(168, "[[504, 168]]", mostTiles: null).Prepare(SamplePictures.Noise(width, height));

        Assert.Equal((rows, columns), (prepared.Fine!.Rows, prepared.Fine.Columns));
        Assert.Equal(144, prepared.Patches.Count);
        Assert.Equal(144 + rows, prepared.Positions);
    }

    [Theory]
    [InlineData("LlavaNextImageProcessor", "[[56, 112], [112, 56]]", "different image_grid_pinpoints")]
    [InlineData("LlavaNextImageProcessor", "[[56, 100]]", "no multiple of its size 56")]
    [InlineData("LlavaNextImageProcessor", "[56, 112]", "where a height and a width belong")]
    [InlineData("LlavaNextImageProcessor", "[]", "a list of 1 to 256 pairs")]
    [InlineData("LlavaNextImageProcessor", "[[56, 5000000]]", "a whole number from 1 to 4096")]
    [InlineData("CLIPImageProcessor", "[[56, 112]]", "makes one view")]
    public void Open_TilesThatCannotBe_AreRefusedWithOneSentence(string processor, string pinpoints, string expected)
    {
        var refusal = Assert.Throws<RefusedInputException>(() => OpenTiles(56, pinpoints, mostTiles: null, processor, [(56, 112)]));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }

    private PictureProcessor OpenTiles(
        int side, string pinpoints, int? mostTiles, string processor = "LlavaNextImageProcessor", IReadOnlyList<(int Height, int Width)>? resolutions = null)
    {
        File.WriteAllText(
            Path.Combine(_folder, "preprocessor_config.json"),
            $$"""{"image_processor_type":"{{processor}}","size":{"shortest_edge":{{side}}},"crop_size":{{side}},"image_grid_pinpoints":{{pinpoints}}}""");
        using var given = System.Text.Json.JsonDocument.Parse(pinpoints);
        resolutions ??= [.. given.RootElement.EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetInt32()))];
        return PictureProcessor.Open(_folder, 14, new TilingConfig(resolutions, mostTiles));
    }

    private PictureProcessor Open(string json)
    {
        File.WriteAllText(Path.Combine(_folder, "preprocessor_config.json"), json);
        return PictureProcessor.Open(_folder, 14);
    }
}
