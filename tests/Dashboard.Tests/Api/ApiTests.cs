using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Dashboard.Tests.Api;

public sealed class ApiTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Analysis_ThatIsDone_IsServedWholeAndForEver()
    {
        var token = TestContext.Current.CancellationToken;
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var run = await dashboard.QueueAsync(["garden.jpg"]);
        await dashboard.WaitUntilFinishedAsync(run);
        var id = (await dashboard.AnalysesAsync(run))[0].Id;

        var manifest = await GetJsonAsync(dashboard, $"/api/analyses/{id}");
        Assert.Equal("done", manifest.GetProperty("state").GetString());
        Assert.Equal(2, manifest.GetProperty("blobsTotal").GetInt32());
        Assert.Equal(4, manifest.GetProperty("blobs").GetInt32());
        var hash = manifest.GetProperty("checkpoint").GetProperty("hash").GetString();
        var sha256 = manifest.GetProperty("image").GetProperty("sha256").GetString();

        using var readings = await dashboard.Client.GetAsync(new Uri($"/api/analyses/{id}/readings?from=0&attempt=1", UriKind.Relative), token);
        Assert.Equal("application/octet-stream", readings.Content.Headers.ContentType!.MediaType);
        Assert.Equal("1", Assert.Single(readings.Headers.GetValues("X-Attempt")));
        Assert.Equal("4", Assert.Single(readings.Headers.GetValues("X-Blobs")));
        Assert.Contains("immutable", readings.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        var blobs = Split(await readings.Content.ReadAsByteArrayAsync(token));
        Assert.Equal([0, 12, 0, 12], blobs.Select(blob => ReadingCodec.Unpack(blob).Layer));

        using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/analyses/{id}/readings?from=0&attempt=1");
        again.Headers.IfNoneMatch.Add(readings.Headers.ETag!);
        using var known = await dashboard.Client.SendAsync(again, token);
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);

        using var rest = await dashboard.Client.GetAsync(new Uri($"/api/analyses/{id}/readings?from=3", UriKind.Relative), token);
        Assert.Contains("no-cache", rest.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(blobs[3], Assert.Single(Split(await rest.Content.ReadAsByteArrayAsync(token))));

        var summaries = await GetPartAsync("summary?attempt=1");
        var rests = await GetPartAsync("readings?part=rest&attempt=1");
        Assert.Equal(blobs, summaries.Zip(rests, (summary, other) => ReadingCodec.Join(summary, other)));
        Assert.Equal(blobs[1], Assert.Single(await GetPartAsync("layers/12?attempt=1")));
        Assert.Equal(blobs[3], Assert.Single(await GetPartAsync("layers/12?attempt=1&segment=answer")));
        Assert.Equal(rests[0], Assert.Single(await GetPartAsync("layers/0?attempt=1&part=rest")));
        using var noLayer = await dashboard.Client.GetAsync(new Uri($"/api/analyses/{id}/layers/5?attempt=1", UriKind.Relative), token);
        Assert.Equal(HttpStatusCode.NotFound, noLayer.StatusCode);
        Assert.DoesNotContain("immutable", noLayer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);

        var tokens = await GetJsonAsync(dashboard, $"/api/checkpoints/{hash}/tokens");
        Assert.Equal(1024, tokens.GetProperty("size").GetInt32());
        Assert.All(["display", "text", "kind"], name => Assert.Equal(1024, tokens.GetProperty(name).GetArrayLength()));

        foreach (var (path, type) in new[] { ("content", "image/jpeg"), ("thumbnail", "image/webp"), ("picture?orientation=stored", "image/jpeg"), ("picture?orientation=exif", "image/jpeg") })
        {
            using var image = await dashboard.Client.GetAsync(new Uri($"/api/images/{sha256}/{path}", UriKind.Relative), token);
            Assert.Equal(HttpStatusCode.OK, image.StatusCode);
            Assert.Equal(type, image.Content.Headers.ContentType!.MediaType);
        }

        using var export = await dashboard.Client.GetAsync(new Uri($"/api/analyses/{id}/export.html", UriKind.Relative), token);
        Assert.Equal("garden.html", export.Content.Headers.ContentDisposition!.FileName);
        Assert.Contains("garden.jpg", await export.Content.ReadAsStringAsync(token), StringComparison.Ordinal);

        var listed = await GetJsonAsync(dashboard, $"/api/runs/{run}/analyses?state=done");
        Assert.Equal(1, listed.GetProperty("total").GetInt32());
        var runs = await GetJsonAsync(dashboard, "/api/runs");
        Assert.Equal(1, runs.GetProperty("items")[0].GetProperty("counts").GetProperty("done").GetInt32());
        Assert.Equal(0, (await GetJsonAsync(dashboard, "/api/status")).GetProperty("queued").GetInt32());

        async Task<List<byte[]>> GetPartAsync(string path)
        {
            using var part = await dashboard.Client.GetAsync(new Uri($"/api/analyses/{id}/{path}", UriKind.Relative), token);
            Assert.Equal(HttpStatusCode.OK, part.StatusCode);
            Assert.Contains("immutable", part.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            using var same = new HttpRequestMessage(HttpMethod.Get, $"/api/analyses/{id}/{path}");
            same.Headers.IfNoneMatch.Add(part.Headers.ETag!);
            using var unchanged = await dashboard.Client.SendAsync(same, token);
            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
            return Split(await part.Content.ReadAsByteArrayAsync(token));
        }
    }

    [Fact]
    public async Task Status_WhileSeveralAreComputedTogether_NamesAllOfThem()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var run = RunId.New();
        dashboard.Monitor.Report(
        [
            new CurrentAnalysis(new AnalysisId(7), run, "garden.jpg", "layer 3 of 12", 0.25, 3, 5, TimeSpan.FromSeconds(9)),
            new CurrentAnalysis(new AnalysisId(8), run, "farm.jpg", "layer 3 of 12", 0.25, 2, 5, TimeSpan.FromSeconds(9)),
        ]);

        var status = await GetJsonAsync(dashboard, "/api/status");

        Assert.Equal(["garden.jpg", "farm.jpg"], status.GetProperty("batch").EnumerateArray().Select(one => one.GetProperty("image").GetString()));
        Assert.Equal([7L, 8L], status.GetProperty("batch").EnumerateArray().Select(one => one.GetProperty("analysis").GetInt64()));
        Assert.Equal(7, status.GetProperty("current").GetProperty("analysis").GetInt64());
    }

    [Fact]
    public async Task Status_WhenIdle_NamesNone()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        var status = await GetJsonAsync(dashboard, "/api/status");

        Assert.Equal(0, status.GetProperty("batch").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("current").ValueKind);
    }

    [Fact]
    public async Task Tokens_OfWhatWasRead_AreFoundByTextAndById()
    {
        var token = TestContext.Current.CancellationToken;
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var run = await dashboard.QueueAsync(["garden.jpg", "farm.jpg"]);
        await dashboard.WaitUntilFinishedAsync(run);

        var all = await GetJsonAsync(dashboard, $"/api/tokens?run={run}&places=patch&take=5");
        var most = all.GetProperty("items")[0];
        Assert.Equal(5, all.GetProperty("items").GetArrayLength());
        Assert.True(all.GetProperty("total").GetInt32() > 5);
        Assert.Equal(2, most.GetProperty("analyses").GetInt32());
        var next = await GetJsonAsync(dashboard, $"/api/tokens?run={run}&places=patch&take=5&after={all.GetProperty("next").GetString()}");
        Assert.DoesNotContain(most.GetProperty("id").GetInt32(), next.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt32()));

        var (id, hash) = (most.GetProperty("id").GetInt32(), most.GetProperty("checkpointHash").GetString());
        var found = await GetJsonAsync(dashboard, $"/api/tokens/occurrences?token={id}&checkpoint={hash}&layers=12&places=patch&minProbability=0.2&order=newest");
        Assert.All(found.GetProperty("items").EnumerateArray(), item =>
        {
            Assert.Equal(run.ToString(), item.GetProperty("analysis").GetProperty("run").GetString());
            Assert.Equal(12, item.GetProperty("bestLayer").GetInt32());
            Assert.True(item.GetProperty("best").GetDouble() >= 0.2);
            Assert.Equal("patch", item.GetProperty("hits")[0].GetProperty("layers")[0].GetProperty("place").GetString());
        });
        var text = Uri.EscapeDataString(most.GetProperty("text").GetString()!);
        var byText = await GetJsonAsync(dashboard, $"/api/tokens/occurrences?text={text}&match=exact");
        Assert.Equal(2, byText.GetProperty("total").GetInt32());
        using var none = await dashboard.Client.GetAsync(new Uri("/api/tokens?text=nobody-reads-this", UriKind.Relative), token);
        Assert.Equal(HttpStatusCode.OK, none.StatusCode);
    }

    [Theory]
    [InlineData("/api/tokens?match=fuzzy", 400)]
    [InlineData("/api/tokens?layers=9-3", 400)]
    [InlineData("/api/tokens?layers=a", 400)]
    [InlineData("/api/tokens?minProbability=2", 400)]
    [InlineData("/api/tokens?places=sky", 400)]
    [InlineData("/api/tokens?take=0", 400)]
    [InlineData("/api/tokens?after=x", 400)]
    [InlineData("/api/tokens/occurrences", 400)]
    [InlineData("/api/tokens/occurrences?token=1", 400)]
    [InlineData("/api/tokens/occurrences?token=-1&checkpoint=a", 400)]
    [InlineData("/api/tokens/occurrences?text=a&order=oldest", 400)]
    [InlineData("/api/tokens/occurrences?text=a&after=7", 400)]
    [InlineData("/api/analyses/77", 404)]
    [InlineData("/api/analyses/77/readings", 404)]
    [InlineData("/api/analyses/77/readings?from=-1", 400)]
    [InlineData("/api/analyses/77/readings?from=x", 400)]
    [InlineData("/api/analyses/77/readings?part=half", 400)]
    [InlineData("/api/analyses/77/summary", 404)]
    [InlineData("/api/analyses/77/layers/1", 404)]
    [InlineData("/api/analyses/77/layers/1?segment=x", 400)]
    [InlineData("/api/analyses/77/layers/1?part=1", 400)]
    [InlineData("/api/analyses/77/export.html", 404)]
    [InlineData("/api/checkpoints/abc/tokens", 404)]
    [InlineData("/api/images/0000000000000000000000000000000000000000000000000000000000000000/content", 404)]
    [InlineData("/api/images/0000000000000000000000000000000000000000000000000000000000000000/picture?orientation=up", 400)]
    [InlineData("/api/runs/0198c0de00007000800000000000cafe", 404)]
    [InlineData("/api/runs?take=0", 400)]
    [InlineData("/api/runs/0198c0de00007000800000000000cafe/analyses?state=finished", 400)]
    [InlineData("/api/nothing", 404)]
    public async Task Get_OfWhatIsNot_IsAProblemWithASentence(string path, int status)
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        using var response = await dashboard.Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.False(string.IsNullOrWhiteSpace(problem.RootElement.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task Pages_CarryAPolicyThatAllowsTheirImportMapOnly()
    {
        var token = TestContext.Current.CancellationToken;
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        using var response = await dashboard.Client.GetAsync(new Uri("/", UriKind.Relative), token);

        var policy = response.Headers.GetValues("Content-Security-Policy").First();
        var nonce = policy.Split("'nonce-")[1].Split('\'')[0];
        var html = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(token));
        Assert.Contains($"nonce=\"{nonce}\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        using var missing = await dashboard.Client.GetAsync(new Uri("/nothing-here", UriKind.Relative), token);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task OpenApi_DescribesTheInterface()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        var document = await GetJsonAsync(dashboard, "/openapi/v1.json");

        Assert.True(document.GetProperty("paths").TryGetProperty("/api/analyses/{id}/readings", out _));
        using var health = await dashboard.Client.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task Host_OfAnotherName_IsRefused()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/status");
        request.Headers.Host = "evil.example";

        using var response = await dashboard.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static List<byte[]> Split(byte[] body)
    {
        var blobs = new List<byte[]>();
        for (var at = 0; at < body.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(at + 24));
            blobs.Add(body[at..(at + length)]);
            at += length;
        }

        return blobs;
    }

    private static async Task<JsonElement> GetJsonAsync(RunningDashboard dashboard, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await dashboard.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }
}
