using System.Globalization;
using System.Text.Json;
using LogitLens.Inference.Imaging;

namespace LogitLens.Inference.Tests.Imaging;

/// <summary>Every picture of the goldens through CLIP's and SigLIP's preprocessing, against transformers with PIL.</summary>
public sealed class PreprocessingGoldenTests
{
    private const double LossyTolerance = 0.5;
    private const float ValueTolerance = 1e-6f;

    private static readonly string[] Pictures =
    [
        "alpha.png", "astronaut.jpg", "bilevel.png", "chelsea.png", "chroma444.jpg", "cmyk.jpg", "coffee.png", "deep.png", "gray-alpha.png", "gray.png",
        "lossless.webp", "lossy.webp", "noise.png", "one.png", "palette-transparent.png", "palette.png", "photo.bmp", "photo.gif", "progressive.jpg",
        "rotated.jpg", "small.png", "tall.png", "thin.png", "wide.png",
    ];

    private static readonly string[] LargePictures = ["astronaut.jpg", "chelsea.png", "small.png", "tall.png"];

    private static readonly string[] PicturesWithValues = ["alpha.png", "chelsea.png", "tall.png"];

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var picture in Pictures)
        {
            cases.Add(picture, "clip84");
            cases.Add(picture, "siglip84");
        }

        foreach (var picture in LargePictures)
        {
            cases.Add(picture, "clip336");
        }

        return cases;
    }

    public static TheoryData<string, string> CasesWithValues()
    {
        var cases = new TheoryData<string, string>();
        foreach (var picture in PicturesWithValues)
        {
            cases.Add(picture, "clip84");
            cases.Add(picture, "siglip84");
        }

        return cases;
    }

    [Fact]
    public void Cases_AllTogether_AreAllThatTheGoldensHold()
    {
        var golden = GoldenFile.Open(SharedFolder.Require("goldens/preprocessing/golden.safetensors"));
        var expected = Cases().Select(row => $"{row.Data.Item1}.{row.Data.Item2}.uint8")
            .Concat(CasesWithValues().Select(row => $"{row.Data.Item1}.{row.Data.Item2}.values"));

        Assert.Equal(golden.Names.Order(StringComparer.Ordinal), expected.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Prepare_PictureOfTheGoldens_GivesTransformersPixels(string picture, string kind)
    {
        var golden = GoldenFile.Open(SharedFolder.Require("goldens/preprocessing/golden.safetensors"));
        var expected = golden.Bytes($"{picture}.{kind}.uint8");

        var prepared = Prepare(picture, kind);

        Assert.Equal(golden.Shape($"{picture}.{kind}.uint8"), new long[] { prepared.Height, prepared.Width, 3 });
        var difference = expected.Zip(prepared.Resized, (one, other) => Math.Abs(one - other)).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{picture} {kind}: mean absolute difference {difference.Average():0.0000} of 255, at most {difference.Max()}"));
        if (IsLossless(picture))
        {
            Assert.Equal(expected, prepared.Resized);
        }
        else
        {
            Assert.InRange(difference.Average(), 0, LossyTolerance);
        }
    }

    [Theory]
    [MemberData(nameof(CasesWithValues))]
    public void Prepare_PictureOfTheGoldens_GivesTransformersValues(string picture, string kind)
    {
        var golden = GoldenFile.Open(SharedFolder.Require("goldens/preprocessing/golden.safetensors"));
        var expected = golden.Floats($"{picture}.{kind}.values");

        var prepared = Prepare(picture, kind);

        Assert.Equal(expected.Length, prepared.PixelValues.Length);
        Assert.InRange(expected.Zip(prepared.PixelValues, (one, other) => Math.Abs(one - other)).Max(), 0, ValueTolerance);
    }

    private static PreparedPicture Prepare(string picture, string kind)
    {
        var checkpoint = kind switch
        {
            "clip84" => "experiments",
            "clip336" => "llava-1.5",
            _ => "llava-interleave",
        };
        var processor = PictureProcessor.Open(SharedFolder.Require($"goldens/{checkpoint}/checkpoint"), 14);
        var bytes = File.ReadAllBytes(SharedFolder.Require($"goldens/pictures/{picture}"));
        return processor.Prepare(PictureDecoder.Decode(bytes, PictureOrientation.AsStored, PictureLimits.Default));
    }

    private static bool IsLossless(string picture)
    {
        using var list = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("goldens/preprocessing/pictures.json")));
        return list.RootElement.EnumerateArray().Single(entry => entry.GetProperty("picture").GetString() == picture).GetProperty("lossless").GetBoolean();
    }
}
