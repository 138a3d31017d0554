using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LogitLens.Dashboard.Commands;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage;
using LogitLens.Storage.Readings;

namespace LogitLens.Dashboard.Tests.Api;

public sealed class RetentionApiTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SetRetention_ToSummaries_LetsTheRestGoAndTheManifestSaysSo()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var run = await dashboard.QueueAsync(["garden.jpg"]);
        await dashboard.WaitUntilFinishedAsync(run);
        var id = Assert.Single(await dashboard.AnalysesAsync(run)).Id;

        var answer = await dashboard.Client.PutAsJsonAsync($"/api/runs/{run}/retention", new { kind = "summaries" }, Token);

        Assert.Equal("summaries", (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("retention").GetProperty("kind").GetString());
        Assert.Equal(HttpStatusCode.Accepted, (await dashboard.Client.PostAsync("/api/data/let-go", null, Token)).StatusCode);
        JsonElement manifest;
        for (var i = 0; ; i++)
        {
            manifest = await dashboard.Client.GetFromJsonAsync<JsonElement>($"/api/analyses/{id}", Token);
            if (manifest.GetProperty("restGoneAt").ValueKind != JsonValueKind.Null)
            {
                break;
            }

            Assert.True(i < 1000, "It did not happen within 20 seconds.");
            await Task.Delay(20, Token);
        }

        Assert.All(await dashboard.Get<ReadingStore>().ReadAsync(id, 0, Token), packed => Assert.Equal(1, ReadingCodec.Unpack(packed).TopK));

        // The page that travels alone still opens: every layer is a whole one of k = 1.
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Client.GetAsync($"/api/analyses/{id}/export.html", Token)).StatusCode);
    }

    [Theory]
    [InlineData("{\"kind\":\"days\"}", HttpStatusCode.BadRequest)]
    [InlineData("{\"kind\":\"days\",\"days\":-1}", HttpStatusCode.BadRequest)]
    [InlineData("{\"kind\":\"pinned\",\"days\":3}", HttpStatusCode.BadRequest)]
    [InlineData("{\"kind\":\"someday\"}", HttpStatusCode.BadRequest)]
    [InlineData("{\"kind\":\"pinned\"}", HttpStatusCode.NotFound)]
    public async Task SetRetention_ThatCannotBe_IsRefused(string body, HttpStatusCode expected)
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        using var content = new StringContent(body, null, "application/json");

        var answer = await dashboard.Client.PutAsync($"/api/runs/{Guid.NewGuid():N}/retention", content, Token);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task RetentionCommand_OfARun_SetsAndAppliesItsRule()
    {
        await using (var dashboard = await RunningDashboard.StartAsync(_folder.Path))
        {
            await dashboard.WaitUntilFinishedAsync(await dashboard.QueueAsync(["garden.jpg"]));
        }

        var (code, output, error) = await RunAsync("retention", "test", "--keep", "0", "--apply", "--data", _folder.Path);

        Assert.Equal(("", 0), (error, code));
        Assert.Contains("1 analysis let go of", output, StringComparison.Ordinal);
        Assert.Contains("1 of 1 let go", output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("check", "--repair", "--data", _folder.Path)).Code);
        Assert.Contains("There is no run", (await RunAsync("retention", "other", "--keep", "pinned", "--data", _folder.Path)).Error, StringComparison.Ordinal);
        Assert.Contains("--keep is \"soon\"", (await RunAsync("retention", "test", "--keep", "soon", "--data", _folder.Path)).Error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, output, error, Token);
        return (code, output.ToString(), error.ToString());
    }
}
