using System.Globalization;
using System.Net;
using System.Text.Json;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Dashboard.Tests.Api;

/// <summary>Statistics of the demo's real readings, against its own figures and against counting the stored readings one by one.</summary>
public sealed class StatisticsApiTests : IDisposable
{
    private const int Layers = 12;
    private const int Patches = 6912;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Layers_DemoPictures_GiveTheDemosFigures()
    {
        using var figures = JsonDocument.Parse(await File.ReadAllTextAsync(SharedFolder.Find("demo", "figures.json"), Token));
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var pictures = Directory.EnumerateFiles(DemoFiles.Pictures).Select(p => Path.GetFileName(p)).Where(name => !name.EndsWith(".json", StringComparison.Ordinal));
        var run = await dashboard.QueueAsync(pictures, new RunSettings(AnswerTokens: 3));
        Assert.Equal(12, (await dashboard.WaitUntilFinishedAsync(run)).Counts.Done);

        var one = await OneAsync(dashboard, $"/api/statistics/layers?run={run}");
        Assert.Equal(12, one.GetProperty("analyses").GetInt32());
        var patches = one.GetProperty("statistics").GetProperty("patches");
        var best = patches.GetProperty("bestLayers");

        // Another decoder of JPEG and WebP moves a handful of patches, as in Inference.Tests.
        Assert.Equal(Patches, best.GetProperty("positions").GetInt32());
        var expected = figures.RootElement.GetProperty("best_layer_histogram").EnumerateArray().Select(n => n.GetInt32()).ToList();
        var counts = best.GetProperty("layers").EnumerateArray().ToDictionary(l => l.GetProperty("layer").GetInt32(), l => l.GetProperty("count").GetInt32());
        for (var layer = 1; layer <= Layers; layer++)
        {
            Assert.Equal(expected[layer], counts[layer], 12.0);
        }

        Assert.Equal(1847.0 / Patches, best.GetProperty("fillerShare").GetDouble(), 0.002);
        var confidences = figures.RootElement.GetProperty("mean_patch_confidence_by_layer").EnumerateArray().Select(n => n.GetDouble()).ToList();
        Assert.All(
            patches.GetProperty("layers").EnumerateArray().Index(),
            layer => Assert.Equal(confidences[layer.Index], layer.Item.GetProperty("confidence").GetProperty("mean").GetDouble(), 0.002));
    }

    [Fact]
    public async Task Everything_DemoPictures_EqualsCountingTheirReadings()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var run = await dashboard.QueueAsync(["garden.jpg", "harbour.jpg", "launch.webp"], new RunSettings(AnswerTokens: 5));
        await dashboard.WaitUntilFinishedAsync(run);
        var analyses = await dashboard.AnalysesAsync(run);
        var blank = await BlankTokensAsync(dashboard);
        var read = new List<(AnalysisDetail Detail, List<LayerArrays> Layers)>();
        foreach (var analysis in analyses)
        {
            var blobs = await dashboard.Get<ReadingStore>().ReadAsync(analysis.Id, 0, Token);
            read.Add(((await dashboard.Runs.FindAnalysisAsync(analysis.Id, Token))!, [.. blobs.Select(b => ReadingCodec.Unpack(b)).Where(l => l.FirstPosition == 0)]));
        }

        var tops = read
            .SelectMany(a => a.Detail.Layout!.Positions.Index().Where(p => p.Item.Kind == 1).Select(p => a.Layers.ConvertAll(l => (
                Id: l.Ids[p.Index * l.TopK], Score: l.Scores[p.Index * l.TopK], Entropy: l.EntropyBits![p.Index], Cell: (p.Item.Row!.Value * 24) + p.Item.Column!.Value))))
            .ToList();
        var patches = (await OneAsync(dashboard, $"/api/statistics/layers?run={run}")).GetProperty("statistics").GetProperty("patches");
        var tokens = (await OneAsync(dashboard, $"/api/statistics/tokens?run={run}&take=3")).GetProperty("statistics").GetProperty("layers");
        for (var layer = 0; layer <= Layers; layer++)
        {
            var here = tops.ConvertAll(t => t[layer]);
            var statistics = patches.GetProperty("layers")[layer];
            Assert.Equal(here.Average(t => Math.Exp(t.Score)), statistics.GetProperty("confidence").GetProperty("mean").GetDouble(), 1e-6);
            RequireQuartiles([.. here.Select(t => Math.Exp(t.Score)).Order()], statistics.GetProperty("confidence"), 0.0246);
            Assert.Equal(here.Average(t => t.Entropy), statistics.GetProperty("entropy").GetProperty("mean").GetDouble(), 1e-5);
            RequireQuartiles([.. here.Select(t => (double)t.Entropy).Order()], statistics.GetProperty("entropy"), 0.43);
            Assert.Equal(here.Count(t => blank.Contains(t.Id)) / (double)here.Count, statistics.GetProperty("fillerShare").GetDouble(), 1e-12);
            Assert.Equal(tops.Count(t => t[layer].Id == t[Layers].Id) / (double)here.Count, statistics.GetProperty("agreementShare").GetDouble(), 1e-12);
            Assert.Equal(
                here.CountBy(t => t.Id).OrderByDescending(t => t.Value).ThenBy(t => t.Key).Take(3).Select(t => (t.Key, t.Value)),
                tokens[layer].GetProperty("tokens").EnumerateArray().Select(t => (t.GetProperty("id").GetInt32(), t.GetProperty("count").GetInt32())));
        }

        var bests = tops.ConvertAll(t => Enumerable.Range(1, Layers).MaxBy(layer => t[layer].Score));
        Assert.Equal(
            Enumerable.Range(1, Layers).Select(layer => bests.Count(b => b == layer)),
            patches.GetProperty("bestLayers").GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("count").GetInt32()));
        var mask = await OneAsync(dashboard, $"/api/statistics/map?run={run}&quantity=mask");
        var masked = tops.Select((t, n) => (t[0].Cell, Filler: blank.Contains(t[bests[n]].Id))).GroupBy(t => t.Cell, t => t.Filler).OrderBy(g => g.Key).Select(g => g.Count(f => f) / 3.0);
        Assert.Equal(masked, mask.GetProperty("statistics").GetProperty("map").GetProperty("values").EnumerateArray().Select(v => v.GetDouble()));

        Assert.Equal([0], mask.GetProperty("statistics").GetProperty("tiles").EnumerateArray().Select(t => t.GetInt32()));

        var window = await OneAsync(dashboard, $"/api/statistics/layers?run={run}&analysis={analyses[0].Id}&firstLayer=3&lastLayer=6&criterion=entropy");
        var first = tops.Take(576).Select(t => Enumerable.Range(3, 4).MinBy(layer => t[layer].Entropy)).ToList();
        Assert.Equal(
            Enumerable.Range(3, 4).Select(layer => first.Count(b => b == layer)),
            window.GetProperty("statistics").GetProperty("patches").GetProperty("bestLayers").GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("count").GetInt32()));
    }

    [Theory]
    [InlineData("layers?criterion=7", "criterion")]
    [InlineData("layers?firstLayer=5&lastLayer=2", "5…2")]
    [InlineData("layers?firstLayer=-1", "-1")]
    [InlineData("tokens?take=0", "take")]
    [InlineData("tokens?group=words", "group")]
    [InlineData("map?quantity=beauty", "quantity")]
    [InlineData("map?quantity=confidence", "layer")]
    public async Task Query_ThatCannotBe_IsRefusedWithASentence(string query, string named)
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        using var response = await dashboard.Client.GetAsync(new Uri($"/api/statistics/{query}", UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
        Assert.Contains(named, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingDone_HasNoStatisticsAndNoJobs()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        var empty = await GetAsync(dashboard, "/api/statistics/layers");
        using var job = await dashboard.Client.GetAsync(new Uri($"/api/statistics/jobs/{Guid.NewGuid()}", UriKind.Relative), Token);
        using var cancelled = await dashboard.Client.DeleteAsync(new Uri($"/api/statistics/jobs/{Guid.NewGuid()}", UriKind.Relative), Token);
        var scales = await GetAsync(dashboard, "/api/statistics/scales");
        var described = await GetAsync(dashboard, "/openapi/v1.json");

        Assert.Equal(0, empty.GetProperty("checkpoints").GetArrayLength());
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (job.StatusCode, cancelled.StatusCode));
        Assert.Equal((65, 65), (scales.GetProperty("confidence").GetArrayLength(), scales.GetProperty("entropy").GetArrayLength()));
        Assert.All(
            ["layers", "tokens", "map", "scales", "jobs/{id}"],
            path => Assert.True(described.GetProperty("paths").TryGetProperty($"/api/statistics/{path}", out _), path));
    }

    private static void RequireQuartiles(double[] sorted, JsonElement distribution, double widest)
    {
        foreach (var (share, name) in new[] { (0.25, "lowerQuartile"), (0.5, "median"), (0.75, "upperQuartile") })
        {
            Assert.Equal(sorted[(int)Math.Ceiling(share * sorted.Length) - 1], distribution.GetProperty(name).GetDouble(), widest);
        }
    }

    private static async Task<HashSet<int>> BlankTokensAsync(RunningDashboard dashboard)
    {
        var checkpoint = Assert.Single(await dashboard.Get<CheckpointStore>().ListAsync(Token));
        return [.. (await dashboard.Get<CheckpointStore>().ReadTokensAsync(checkpoint.Hash, Token)).Where(t => string.IsNullOrWhiteSpace(t.Text)).Select(t => t.Id)];
    }

    private static async Task<JsonElement> OneAsync(RunningDashboard dashboard, string path) =>
        Assert.Single((await GetAsync(dashboard, path)).GetProperty("checkpoints").EnumerateArray().ToList());

    private static async Task<JsonElement> GetAsync(RunningDashboard dashboard, string path)
    {
        // Where it takes longer, it is asked again.
        for (var i = 0; i < 100; i++)
        {
            using var response = await dashboard.Client.GetAsync(new Uri(path, UriKind.Relative), Token);
            Assert.True(response.IsSuccessStatusCode, string.Create(CultureInfo.InvariantCulture, $"{path}: {response.StatusCode}"));
            if (response.StatusCode == HttpStatusCode.OK)
            {
                using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
                return document.RootElement.Clone();
            }
        }

        throw new TimeoutException(path);
    }
}
