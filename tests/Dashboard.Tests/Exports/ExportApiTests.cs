using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using LogitLens.Dashboard.Exports;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage.Catalogue;
using SkiaSharp;

namespace LogitLens.Dashboard.Tests.Exports;

public sealed class ExportApiTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private RunningDashboard _dashboard = null!;
    private RunId _run;
    private IReadOnlyList<AnalysisRow> _analyses = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await RunningDashboard.StartAsync(_folder.Path);
        _run = await _dashboard.QueueAsync(["garden.jpg", "arctic.png"], new RunSettings(TopK: 3, Layers: [0, 1, 12], AnswerTokens: 3));
        await _dashboard.WaitUntilFinishedAsync(_run);
        await _dashboard.Runs.RenameAsync(_run, "Запуск: 猫/1", Token);
        _analyses = await _dashboard.AnalysesAsync(_run);
    }

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Export_EachForm_HasItsTypeItsNameAndItsContent()
    {
        foreach (var (query, type, name) in new[]
        {
            ("format=csv", "text/csv", "garden.readings.csv"),
            ("format=csv&table=best", "text/csv", "garden.best-layers.csv"),
            ("format=parquet", "application/vnd.apache.parquet", "garden.readings.parquet"),
            ("format=json", "application/json", "garden.json"),
            ("format=png&map=confidence&layer=12", "image/png", "garden.confidence-12.png"),
            ("format=svg", "image/svg+xml", "garden.best-layer.svg"),
            ("format=html", "text/html", "garden.html"),
            ("format=archive", "application/zip", "garden.logitlens.zip"),
        })
        {
            using var response = await GetAsync($"/api/analyses/{_analyses[0].Id}/export?{query}");

            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{query}: {await response.Content.ReadAsStringAsync(Token)}");
            Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
            Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
            Assert.Equal(name, response.Content.Headers.ContentDisposition.FileNameStar);
            var bytes = await response.Content.ReadAsByteArrayAsync(Token);
            Assert.NotEmpty(bytes);
            switch (name)
            {
                case "garden.readings.csv":
                    var lines = System.Text.Encoding.UTF8.GetString(bytes).Split("\r\n");
                    Assert.True(lines.Length > 3 * 576 * 3, $"{lines.Length} lines");
                    break;
                case "garden.readings.parquet":
                    Assert.Equal("PAR1"u8, bytes.AsSpan(bytes.Length - 4));
                    break;
                case "garden.json":
                    Assert.Equal(2, JsonDocument.Parse(bytes).RootElement.GetProperty("version").GetInt32());
                    break;
                case "garden.best-layer.svg":
                    Assert.Equal("svg", XDocument.Parse(System.Text.Encoding.UTF8.GetString(bytes)).Root!.Name.LocalName);
                    break;
            }
        }
    }

    [Fact]
    public async Task Export_PngMap_PaintsPatchesInTheFiguresColours()
    {
        // Alone, without title and legend, each patch is one colour; at emb every patch of the demo reads the same input, so there is one colour at most per patch.
        var bytes = await (await GetAsync($"/api/analyses/{_analyses[0].Id}/export?format=png&map=best&over=false&title=&legend=false&size=960&window=12-12")).Content.ReadAsByteArrayAsync(Token);

        using var bitmap = SKBitmap.Decode(bytes);
        Assert.Equal(960, Math.Max(bitmap.Width, bitmap.Height));
        var deep = Storage.Exchange.Export.Maps.ColourScale.Depth[1];
        var same = 0;
        for (var at = 0; at < 200; at++)
        {
            var pixel = bitmap.GetPixel((bitmap.Width / 2) - 100 + at, (bitmap.Height / 2) - 100 + at);
            same += (pixel.Red, pixel.Green, pixel.Blue) == (deep.Red, deep.Green, deep.Blue) ? 1 : 0;
        }

        Assert.True(same > 100, $"Only {same} of 200 pixels have the colour of layer 12.");
    }

    [Fact]
    public async Task Export_Run_StreamsAZipNamedInAnyScript()
    {
        using var response = await GetAsync($"/api/runs/{_run}/export?format=png&size=200");

        Assert.Equal("Запуск_ 猫_1.best-layer.png.zip", response.Content.Headers.ContentDisposition!.FileNameStar);
        using var zip = new ZipArchive(new MemoryStream(await response.Content.ReadAsByteArrayAsync(Token)));
        Assert.Equal(["garden.best-layer.png", "arctic.best-layer.png"], zip.Entries.Select(entry => entry.FullName));
    }

    [Fact]
    public async Task Export_Selection_HoldsWhatWasChosen()
    {
        using var response = await GetAsync($"/api/export?format=csv&table=best&analysis={_analyses[1].Id}&analysis={_analyses[0].Id}");

        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.Equal("2 analyses.best-layers.csv", response.Content.Headers.ContentDisposition!.FileNameStar);
        Assert.Contains("arctic.png", text, StringComparison.Ordinal);
        Assert.Equal(1 + (2 * 576), text.TrimEnd().Split("\r\n").Length);
    }

    [Theory]
    [InlineData("/api/analyses/ID/export", "format is not given: choose csv")]
    [InlineData("/api/analyses/ID/export?format=doc", "choose csv, parquet")]
    [InlineData("/api/analyses/ID/export?format=1", "choose csv, parquet")]
    [InlineData("/api/analyses/ID/export?format=png&size=9", "64 to 8192")]
    [InlineData("/api/analyses/ID/export?format=png&size=100.5", "whole number")]
    [InlineData("/api/analyses/ID/export?format=png&layer=x", "best, emb or a number")]
    [InlineData("/api/analyses/ID/export?format=png&layer=5", "choose one of emb, 1, 12")]
    [InlineData("/api/analyses/ID/export?format=png&map=token", "which")]
    [InlineData("/api/analyses/ID/export?format=png&window=12-1", "1-32")]
    [InlineData("/api/analyses/ID/export?format=csv&raw=maybe", "true or false")]
    [InlineData("/api/export?format=csv&run=x", "32 hex digits")]
    [InlineData("/api/export?format=csv", "Nothing was chosen")]
    public async Task Export_ValueThatCannotBeUsed_Is400WithASentence(string path, string expected)
    {
        using var response = await GetAsync(path.Replace("ID", $"{_analyses[0].Id}", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(expected, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/analyses/999/export?format=csv", HttpStatusCode.NotFound)]
    [InlineData("/api/runs/00000000000000000000000000000001/export?format=csv", HttpStatusCode.NotFound)]
    [InlineData("/api/export?format=archive&run=00000000000000000000000000000001", HttpStatusCode.NotFound)]
    public async Task Export_WhatIsNotThere_Is404(string path, HttpStatusCode expected)
    {
        using var response = await GetAsync(path);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Export_WithATicket_IsFollowedToItsEnd()
    {
        var ticket = _dashboard.Get<ExportTickets>().Open();

        await (await GetAsync($"/api/runs/{_run}/export?format=csv&ticket={ticket.Id}")).Content.ReadAsByteArrayAsync(Token);

        var (phase, progress, failure) = ticket.Read();
        Assert.Equal((ExportPhase.Done, 2, 2, null), (phase, progress.Done, progress.Total, failure));
    }

    [Fact]
    public async Task Export_TicketStopped_BreaksTheDownloadOff()
    {
        var ticket = _dashboard.Get<ExportTickets>().Open();
        ticket.Stop();

        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
            await (await GetAsync($"/api/runs/{_run}/export?format=csv&ticket={ticket.Id}")).Content.ReadAsByteArrayAsync(Token));

        Assert.Equal(ExportPhase.Cancelled, ticket.Read().Phase);
    }

    [Fact]
    public async Task Export_Archive_ImportsIntoAnEmptyDatabaseAndExportsTheSameBytes()
    {
        var first = await (await GetAsync($"/api/runs/{_run}/export?format=archive")).Content.ReadAsByteArrayAsync(Token);
        using var folder = new TemporaryFolder();
        await using var other = await RunningDashboard.StartAsync(folder.Path);
        var (reader, error) = await Storage.Exchange.Archive.ArchiveReader.OpenAsync(new MemoryStream(first), "run.zip", Token);
        Assert.Null(error);

        using (reader)
        {
            var result = await reader!.ImportAsync(
                other.Get<Storage.ImportStore>(), async (name, bytes, token) => new Storage.Exchange.Archive.KeptImage(await other.Coordinator.AddImageAsync(name, bytes, token), null), null, Token);
            Assert.Empty(result.Failures);
        }

        Assert.Equal(first, await other.Client.GetByteArrayAsync(new Uri($"/api/runs/{_run}/export?format=archive", UriKind.Relative), Token));
    }

    private Task<HttpResponseMessage> GetAsync(string path) => _dashboard.Client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Token);
}
