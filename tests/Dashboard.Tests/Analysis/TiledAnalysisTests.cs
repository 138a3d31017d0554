using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange;

namespace LogitLens.Dashboard.Tests.Analysis;

/// <summary>A picture that the model sees in two grids, from the queue to the browser's manifest.</summary>
public sealed class TiledAnalysisTests : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

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
}
