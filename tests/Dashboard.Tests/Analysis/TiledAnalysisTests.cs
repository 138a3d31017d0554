using System.Buffers.Binary;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Inference;
using LogitLens.Inference.Imaging;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange;

namespace LogitLens.Dashboard.Tests.Analysis;

/// <summary>A picture that the model sees in two grids, from the queue to the browser's manifest.</summary>
public sealed class TiledAnalysisTests : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    private static readonly double[] Means = [0.48145466, 0.4578275, 0.40821073];
    private static readonly double[] Deviations = [0.26862954, 0.26130258, 0.27577711];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llava-next", 16, 68)]
    [InlineData("llava-onevision", 16, null)]
    public async Task Manifest_OfAPictureSeenInTiles_HasBothGridsAndTheLineFeatures(string model, int whole, int? all)
    {
        var checkpoint = SharedFolder.Find("goldens", model, "checkpoint");
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path, "--LogitLens:CheckpointFolders:0", checkpoint);
        var token = TestContext.Current.CancellationToken;
        var image = await dashboard.Coordinator.AddImageAsync("wide.png", await File.ReadAllBytesAsync(SharedFolder.Find("goldens", "pictures", "wide.png"), token), token);
        var run = await dashboard.Coordinator.StartAsync(new("tiles", checkpoint, "Describe the image.", new RunSettings(AnswerTokens: 2), [new(image.Id)]), token);
        Assert.Equal(1, (await dashboard.WaitUntilFinishedAsync(run)).Counts.Done);
        var analysis = Assert.Single(await dashboard.AnalysesAsync(run));

        var manifest = await dashboard.Client.GetFromJsonAsync<AnalysisManifest>($"/api/analyses/{analysis.Id.Value}", Json, token);

        Assert.NotNull(manifest);
        var picture = manifest.Positions.Where(position => position.Kind is "patch" or "newline").ToList();
        Assert.Equal(all ?? picture.Count, picture.Count);
        Assert.Equal(whole, picture.Count(position => position.Tile == 0));
        var fine = picture.Skip(whole).ToList();
        var rows = fine.Count(position => position.Kind == "newline");
        var columns = (fine.Count / rows) - 1;
        Assert.All(fine.Index(), entry =>
        {
            var (row, column) = Math.DivRem(entry.Index, columns + 1);
            Assert.Equal(column == columns ? "newline" : "patch", entry.Item.Kind);
            Assert.Equal(column == columns ? ((int?)null, (int?)null, (int?)null) : (1, row, column), (entry.Item.Tile, entry.Item.Row, entry.Item.Column));
        });

        // The whole is covered; of the finer grid transformers' unpadding may drop up to a row of patches at the edge.
        Assert.Equal(1, Covered(0), 1e-6);
        Assert.InRange(Covered(1), 0.85, 1 + 1e-6);

        double Covered(int tile) => picture.Where(position => position.Tile == tile).Sum(position => position.Pixels![2] * position.Pixels[3])
            / ((double)manifest.Image.Width * manifest.Image.Height);
    }

    [Fact]
    public async Task Input_OfTheFinerLook_IsTheReferencesTilesPutTogether()
    {
        var checkpoint = SharedFolder.Find("goldens", "llava-next", "checkpoint");
        var file = await File.ReadAllBytesAsync(SharedFolder.Find("goldens", "pictures", "wide.png"), TestContext.Current.CancellationToken);

        var input = PictureDecoder.Decode(ModelInput.From(checkpoint, file, PictureOrientation.Exif, ModelLook.Fine), PictureOrientation.Exif, PictureLimits.Default);

        // Four views of 56 × 56: the whole, and three tiles side by side, black above and below the picture.
        const int Side = 56, Tiles = 3;
        var values = PixelValues(SharedFolder.Find("goldens", "llava-next", "wide", "golden.safetensors"));
        Assert.Equal((1 + Tiles) * 3 * Side * Side, values.Length);
        var picture = PictureDecoder.Decode(file, PictureOrientation.Exif, PictureLimits.Default);
        var height = (int)Math.Ceiling(picture.Height * (Tiles * Side / (double)picture.Width));
        Assert.Equal((Tiles * Side, height), (input.Width, input.Height));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < Tiles * Side; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var at = ((((1 + (x / Side)) * 3) + channel) * Side * Side) + (((((Side - height) / 2) + y) * Side) + (x % Side));
                    Assert.Equal((byte)Math.Round(((values[at] * Deviations[channel]) + Means[channel]) * 255), input.Rgb[(((y * input.Width) + x) * 3) + channel]);
                }
            }
        }
    }

    [Fact]
    public async Task Input_OfTheFinerLookOfAModelWithOneView_IsRefusedInWords()
    {
        var file = await File.ReadAllBytesAsync(Path.Combine(DemoFiles.Pictures, "garden.jpg"), TestContext.Current.CancellationToken);

        var refused = Assert.Throws<RefusedInputException>(() => ModelInput.From(DemoFiles.Checkpoint, file, PictureOrientation.Exif, ModelLook.Fine));

        Assert.Contains("one view", refused.Message, StringComparison.Ordinal);
    }

    private static float[] PixelValues(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, start - 8));
        var offsets = header.RootElement.GetProperty("pixel_values").GetProperty("data_offsets");
        return MemoryMarshal.Cast<byte, float>(bytes.AsSpan((start + offsets[0].GetInt32())..(start + offsets[1].GetInt32()))).ToArray();
    }
}
