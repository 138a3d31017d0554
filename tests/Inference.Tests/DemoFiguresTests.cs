using System.Globalization;
using System.Text.Json;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;

namespace LogitLens.Inference.Tests;

/// <summary>The figures that transformers gave over the twelve demo pictures, reached through the whole way from file to reading.</summary>
public sealed class DemoFiguresTests
{
    private static readonly string[] PlainGrounds = ["night", "sea", "wall"];

    [Fact]
    public void Analyze_DemoPictures_GivesTheFiguresOfTransformers()
    {
        var pictures = SharedFolder.Require("demo/pictures");
        using var figuresFile = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("demo/figures.json")));
        using var annotationsFile = JsonDocument.Parse(File.ReadAllText(Path.Combine(pictures, "annotations.json")));
        var figures = figuresFile.RootElement;
        var annotations = annotationsFile.RootElement;
        using var checkpoint = Checkpoint.Open(SharedFolder.Require("demo/checkpoint"));
        using var engine = LensEngine.Load(checkpoint, DeviceChoice.Cpu, TestContext.Current.CancellationToken);
        var layers = engine.Config.Text.Layers + 1;
        var empty = FirstPiece(engine, string.Empty);

        var objects = 0;
        var named = new int[layers];
        var confidence = new double[layers];
        var bestLayers = new int[layers];
        var (patches, namedAtBest, grounds, groundsAtBest, empties) = (0, 0, 0, 0, 0);
        foreach (var image in annotations.GetProperty("images").EnumerateArray())
        {
            var name = image.GetProperty("file_name").GetString()!;
            var background = image.GetProperty("background").GetString()!;
            var drawn = annotations.GetProperty("annotations").EnumerateArray().Where(entry => entry.GetProperty("image_id").GetInt32() == image.GetProperty("id").GetInt32()).ToList();
            var input = engine.Prepare(File.ReadAllBytes(Path.Combine(pictures, name)), PromptTemplate.DefaultQuestion, PictureOrientation.AsStored, PictureLimits.Default, 32);
            var readings = new List<LayerReading>();
            var answer = engine.Analyze(input, new LensSettings(), 32, readings.Add, onProgress: null, TestContext.Current.CancellationToken);
            var expected = figures.GetProperty("pictures").GetProperty(name);
            Assert.Equal(expected.GetProperty("answers").GetProperty("Describe the image.").GetString(), answer!.Text);

            var (objectsHere, namedHere, emptyHere) = (0, 0, 0);
            for (var position = 0; position < input.Positions.Count; position++)
            {
                if (input.Positions[position].Patch is not { } patch)
                {
                    continue;
                }

                patches++;
                var best = 0;
                for (var layer = 0; layer < layers; layer++)
                {
                    confidence[layer] += Math.Exp(readings[layer].LogProbabilities[position * 10]);
                    best = readings[layer].LogProbabilities[position * 10] > readings[best].LogProbabilities[position * 10] ? layer : best;
                }

                bestLayers[best]++;
                var read = readings[best].Ids[position * 10];
                emptyHere += read == empty ? 1 : 0;

                // Some centres lie exactly on an edge; rounding keeps the last bit of the rectangle's arithmetic out of the verdict.
                var x = Math.Round(patch.Pixels.X + (patch.Pixels.Width / 2), 6);
                var y = Math.Round(patch.Pixels.Y + (patch.Pixels.Height / 2), 6);
                var under = drawn.LastOrDefault(entry => entry.GetProperty("segmentation").EnumerateArray().Any(polygon => Contains(polygon, x, y)));
                if (under.ValueKind == JsonValueKind.Undefined)
                {
                    grounds++;
                    groundsAtBest += read == FirstPiece(engine, background) || (read == empty && PlainGrounds.Contains(background)) ? 1 : 0;
                    continue;
                }

                var category = annotations.GetProperty("categories").EnumerateArray().Single(entry => entry.GetProperty("id").GetInt32() == under.GetProperty("category_id").GetInt32());
                var word = FirstPiece(engine, category.GetProperty("names").GetProperty("en").GetString()!);
                objectsHere++;
                namedHere += read == word ? 1 : 0;
                for (var layer = 0; layer < layers; layer++)
                {
                    named[layer] += readings[layer].Ids[position * 10] == word ? 1 : 0;
                }
            }

            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {namedHere} of {objectsHere} named, {emptyHere} empty, \"{answer.Text}\""));
            Assert.Equal(expected.GetProperty("object_patches").GetInt32(), objectsHere);

            // Another JPEG or WebP decoder may tip a patch or two.
            var lossless = name.EndsWith(".png", StringComparison.Ordinal);
            Assert.InRange(namedHere - expected.GetProperty("object_patches_named_at_best_layer").GetInt32(), lossless ? 0 : -2, lossless ? 0 : 2);
            Assert.InRange(emptyHere - expected.GetProperty("empty_patches_at_best_layer").GetInt32(), lossless ? 0 : -2, lossless ? 0 : 2);
            objects += objectsHere;
            namedAtBest += namedHere;
            empties += emptyHere;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"named {string.Join(" ", named.Select(count => (count / (double)objects).ToString("0.0000", CultureInfo.InvariantCulture)))}; at best {namedAtBest / (double)objects:0.0000}; ground {groundsAtBest / (double)grounds:0.0000}; empty {empties} of {patches}; best layers {string.Join(" ", bestLayers)}"));
        Assert.Equal(figures.GetProperty("object_patches").GetInt32(), objects);
        for (var layer = 0; layer < layers; layer++)
        {
            Assert.Equal(figures.GetProperty("share_of_object_patches_named_by_layer")[layer].GetDouble(), named[layer] / (double)objects, 0.003);
            Assert.Equal(figures.GetProperty("mean_patch_confidence_by_layer")[layer].GetDouble(), confidence[layer] / patches, 0.002);
            Assert.InRange(bestLayers[layer] - figures.GetProperty("best_layer_histogram")[layer].GetInt32(), -20, 20);
        }

        Assert.Equal(figures.GetProperty("share_of_object_patches_named_at_best_layer").GetDouble(), namedAtBest / (double)objects, 0.003);
        Assert.Equal(figures.GetProperty("share_of_ground_patches_named_at_best_layer").GetDouble(), groundsAtBest / (double)grounds, 0.002);
        Assert.InRange(empties - figures.GetProperty("empty_patches_at_best_layer").GetInt32(), -4, 4);
    }

    /// <summary>The first piece of a word inside a text; of nothing, the lone word separator.</summary>
    private static int FirstPiece(LensEngine engine, string word) =>
        word.Length == 0 ? engine.Tokenizer.Tokens.First(token => token.Piece == "▁").Id : engine.Tokenizer.Encode(word)[1];

    /// <summary>Even-odd rule; the polygon is x, y, x, y, ….</summary>
    private static bool Contains(JsonElement polygon, double x, double y)
    {
        var points = polygon.EnumerateArray().Select(value => value.GetDouble()).ToArray();
        var inside = false;
        for (int i = 0, j = points.Length - 2; i < points.Length; j = i, i += 2)
        {
            if ((points[i + 1] > y) != (points[j + 1] > y) && x < ((points[j] - points[i]) * (y - points[i + 1]) / (points[j + 1] - points[i + 1])) + points[i])
            {
                inside = !inside;
            }
        }

        return inside;
    }
}
