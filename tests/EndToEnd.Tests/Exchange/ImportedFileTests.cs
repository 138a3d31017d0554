using System.Text.Json;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Exchange;

/// <summary>Real LLaVA-1.5 readings that an earlier tool wrote: what they hold is shown, what they lack is said.</summary>
public sealed class ImportedFileTests(ImportedDashboard imported) : IClassFixture<ImportedDashboard>
{
    public static TheoryData<string> Pages => ["city1", "geometry", "holiday"];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task OldRule_OnAnImportedPage_GivesTheEarlierToolsFigures(string page)
    {
        await imported.StartAsync(TestContext.Current.CancellationToken);
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, imported.Address, imported.AnalysisOf(page), "?map=mask");
        using var figures = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(ImportedDashboard.Pages, "figures.json"), TestContext.Current.CancellationToken));
        var figure = figures.RootElement.GetProperty($"{page}.html");

        await explorer.Page.GetByRole(AriaRole.Button, new() { Name = "old tools' rule" }).ClickAsync();

        await Assertions.Expect(explorer.Page.Locator(".lx-mask-count")).ToContainTextAsync($"{figure.GetProperty("masked_patches").GetInt32()} of 576 patches");

        // The best columns themselves, from the same modules and bytes as the page's.
        var counts = await explorer.Page.EvaluateAsync<Dictionary<string, int>>($$"""
            async () => {
              const { Model, TokenTable } = await import('./js/explorer/model.js');
              const manifest = await (await fetch('/api/analyses/{{imported.AnalysisOf(page)}}')).json();
              const tokens = await (await fetch('/api/checkpoints/' + manifest.checkpoint.hash + '/tokens')).json();
              const model = new Model(manifest, new TokenTable(tokens));
              model.add(await (await fetch('/api/analyses/{{imported.AnalysisOf(page)}}/summary')).arrayBuffer());
              model.chooseBest('p', [0, 32]);
              return Object.fromEntries([...model.bestCounts].filter(([, count]) => count > 0).map(([layer, count]) => [String(layer), count]));
            }
            """);
        Assert.Equal(figure.GetProperty("best_column_histogram").EnumerateObject().OrderBy(column => column.Name).Select(column => (column.Name, column.Value.GetInt32())), counts.OrderBy(count => count.Key).Select(count => (count.Key, count.Value)));
        await explorer.Watched.ScreenshotAsync($"imported-{page}-mask");
        explorer.Watched.AssertQuiet();
    }

    [Theory]
    [InlineData("gallery", "/images?text=sky&match=prefix", "canvas[data-lit]:not([data-lit='0'])")]
    [InlineData("atlas", "/atlas?text=sky&match=prefix", "canvas[data-lit]:not([data-lit='0'])")]
    [InlineData("masks", "/runs/{run}/masks", ".lx-mask-count")]
    [InlineData("statistics", "/runs/{run}/statistics", "figure[data-chart=best] svg")]
    [InlineData("report", "/runs/{run}/report", "figure[data-chart=best] svg")]
    [InlineData("search", "/search?q=sky", "a[href*='/atlas']")]
    public async Task View_OverImportedPages_ShowsThemQuietlyAndAccessibly(string name, string path, string shown)
    {
        await imported.StartAsync(TestContext.Current.CancellationToken);
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 900);
        await watched.Page.GotoAsync(new Uri(imported.Address, path.Replace("{run}", imported.Run, StringComparison.Ordinal)).ToString());

        await Assertions.Expect(watched.Page.Locator(shown).First).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await watched.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await watched.ScreenshotAsync($"imported-{name}");
        Assert.Empty((await watched.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {violation.Help}"));
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Explorer_OfAnImportedPage_SaysWhatIsNotInTheFile()
    {
        await imported.StartAsync(TestContext.Current.CancellationToken);
        await using var browser = await Browser.StartAsync();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            var explorer = await ExplorerPage.OpenAsync(browser, imported.Address, imported.AnalysisOf("city1"), "?map=entropy&by=entropy&layer=32&lock=100", scheme: scheme);

            await Assertions.Expect(explorer.Page.Locator(".lx-legend-bar")).ToContainTextAsync("Entropy is not in this file.");
            await Assertions.Expect(explorer.Map.Locator("option[value=entropy]")).ToBeDisabledAsync();
            await Assertions.Expect(explorer.Inspector).ToContainTextAsync("double-normed");
            await Assertions.Expect(explorer.Inspector).Not.ToContainTextAsync(new Regex("NaN|entropy \\d"));
            await explorer.Watched.ScreenshotAsync($"imported-{(scheme == ColorScheme.Dark ? "dark" : "light")}");
            Assert.Empty((await explorer.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {violation.Help}"));
            explorer.Watched.AssertQuiet();
        }
    }

    [Fact]
    public async Task ComputeExactly_OfAnImportedPage_SaysWhyItCannot()
    {
        await imported.StartAsync(TestContext.Current.CancellationToken);
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, imported.Address, imported.AnalysisOf("city1"), "?map=token&token=20");

        await explorer.Page.GetByRole(AriaRole.Button, new() { Name = "Compute exactly" }).ClickAsync();

        await Assertions.Expect(explorer.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("came from a file");
        explorer.Watched.AssertQuiet();
    }
}
