using System.Text;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Collections;

/// <summary>Statistics over the demo's twelve pictures, with the figures of shared/demo/README.md.</summary>
public sealed class StatisticsTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    private static readonly long[] BestLayers = [0, 0, 0, 0, 8, 39, 33, 38, 403, 163, 641, 5587];
    private static readonly double[] Confidences = [0.044, 0.073, 0.088, 0.144, 0.234, 0.348, 0.454, 0.501, 0.511, 0.536, 0.712, 0.897, 0.968];

    [Fact]
    public async Task BestLayers_OfTheDemoRun_AreTheReferences()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, $"/runs/{demo.Run}/statistics?tables=best_confidence");
        var figure = watched.Page.Locator("figure[data-chart=best]");

        await Assertions.Expect(figure.GetByRole(AriaRole.Heading)).ToContainTextAsync("Patches are surest late: 98 % have their best layer in the last third");
        await Assertions.Expect(figure.Locator(".st-sample")).ToContainTextAsync("n = 6\u202f912 patches; 27 % read as filler");
        var counts = await figure.Locator("tbody tr td:nth-child(2)").AllInnerTextsAsync();
        Assert.Equal(BestLayers.Length, counts.Count);
        Assert.All(BestLayers.Zip(counts), pair => Assert.InRange(long.Parse(pair.Second, System.Globalization.CultureInfo.InvariantCulture), pair.First - 15, pair.First + 15));
        var means = await watched.Page.Locator("figure[data-chart=confidence] tbody tr td:nth-child(5)").AllInnerTextsAsync();
        Assert.All(Confidences.Zip(means, (wanted, shown) => (wanted, double.Parse(shown, System.Globalization.CultureInfo.InvariantCulture))), pair => Assert.Equal(pair.wanted, pair.Item2, 0.002));
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Chart_Hovered_SaysItsValues()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, $"/runs/{demo.Run}/statistics");
        await watched.Page.Locator("figure[data-chart=confidence] svg").HoverAsync();

        await Assertions.Expect(watched.Page.Locator("figure[data-chart=confidence] [aria-label=tip]")).ToContainTextAsync(new Regex("layer \\d+.*median.*quartiles.*n = 6"));
        watched.AssertQuiet();
    }

    [Theory]
    [InlineData("best", "ArrowRight", "layer 1, .* positions, .* of them read as filler")]
    [InlineData("confidence", "ArrowRight", "layer emb, median .*, quartiles .* to .*, n = 6")]
    [InlineData("entropy", "End", "layer 12, median .* bit, quartiles")]
    [InlineData("agreement", "End", "layer 12, agree 100 %, n = 6")]
    [InlineData("filler", "Home", "layer emb, filler .* %, n = 6")]
    [InlineData("scripts", "End", "layer 12, Latin 73 %, without letters 27 %")]
    [InlineData("tokenlayers", "ArrowDown", "layer 12, rank 1, .* positions")]
    [InlineData("tokens", "ArrowDown", ".*\\(#\\d+\\), .* positions, .* %")]
    [InlineData("map", "ArrowRight", "row 0, column 0: \\d+\\.\\d")]
    public async Task Chart_ByMouseAndKeyboard_SaysValuesAndGivesItsFiles(string chart, string key, string said)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, $"/runs/{demo.Run}/statistics");
        var figure = watched.Page.Locator($"figure[data-chart={chart}]");
        await Assertions.Expect(figure.Locator(".st-chart svg")).ToBeVisibleAsync();

        await figure.Locator(".st-chart svg").HoverAsync(new() { Position = new() { X = 200, Y = 100 } });
        await Assertions.Expect(figure.Locator("[aria-label=tip] text, text[aria-label=tip]")).Not.ToBeEmptyAsync();

        await figure.Locator(".st-chart").FocusAsync();
        await watched.Page.Keyboard.PressAsync(key);
        await Assertions.Expect(figure.Locator("[aria-live=polite]")).ToHaveTextAsync(new Regex("^" + said));
        await Assertions.Expect(figure.Locator("[aria-label=tip] text, text[aria-label=tip]")).Not.ToBeEmptyAsync();

        var table = figure.GetByRole(AriaRole.Button, new() { NameRegex = new("^Table") });
        await table.ClickAsync();
        var rows = await figure.Locator("tbody tr").CountAsync();
        Assert.True(rows >= 12);
        var csv = Encoding.UTF8.GetString(await SaveAsync(watched.Page, figure, "CSV", $"-patches-{chart}.csv"));
        Assert.Equal(rows + 1, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.StartsWith(string.Join(',', await figure.Locator("thead th").AllInnerTextsAsync()), csv, StringComparison.Ordinal);

        var svg = System.Xml.Linq.XDocument.Parse(Encoding.UTF8.GetString(await SaveAsync(watched.Page, figure, "SVG", $"-patches-{chart}.svg")));
        Assert.Contains(await figure.GetByRole(AriaRole.Heading).InnerTextAsync(), svg.Root!.Value, StringComparison.Ordinal);
        Assert.DoesNotContain(svg.Descendants(), element => element.Name.LocalName == "a" || element.Attribute("aria-label")?.Value == "tip");

        var png = await SaveAsync(watched.Page, figure, "PNG", $"-patches-{chart}.png");
        Assert.Equal([0x89, 0x50, 0x4e, 0x47], png[..4]);
        Assert.True(png.Length > 5_000);
        watched.AssertQuiet();
    }

    [Fact]
    public async Task FullSize_OfAChart_KeepsTheKeyboardInsideAndGivesItBack()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, $"/runs/{demo.Run}/statistics");
        var page = watched.Page;
        var button = page.GetByRole(AriaRole.Button, new() { Name = "Full size: Entropy by layer" });
        await button.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { NameRegex = new("median entropy") });
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        Assert.True((await dialog.Locator("svg").First.BoundingBoxAsync())!.Height > 500);
        for (var tab = 0; tab < 20; tab++)
        {
            await page.Keyboard.PressAsync("Tab");
            Assert.True(await page.EvaluateAsync<bool>("() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null"));
        }

        await watched.ScreenshotAsync("statistics-full-size");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await Assertions.Expect(button).ToBeFocusedAsync();
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("full="));
        await page.GoBackAsync();
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Report_OnPaper_IsLightAndCutsNoFigure()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 900, ColorScheme.Dark);
        var page = watched.Page;
        await page.GotoAsync(new Uri(demo.Address, $"/runs/{demo.Run}/report").ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Print…" })).ToBeEnabledAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator(".st-provenance")).ToContainTextAsync("model.safetensors");
        Assert.Matches("^[0-9a-f]{64}$", await page.Locator(".st-provenance table code").First.InnerTextAsync());
        await page.EvaluateAsync("() => { window.print = () => { window.printed = true; }; }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Print…" }).ClickAsync();
        Assert.True(await page.EvaluateAsync<bool>("() => window.printed === true"));

        var pdf = await page.PdfAsync(new() { Format = "A4", PrintBackground = true });
        Assert.InRange(Regex.Count(Encoding.Latin1.GetString(pdf), @"/Type\s*/Page\b"), 6, 30);
        await File.WriteAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "screenshots", "report.pdf"), pdf, TestContext.Current.CancellationToken);
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");

        // What a sheet of A4 holds between its margins is 1,000 pixels high: no figure is higher, and none may be broken.
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await page.EvaluateAsync("() => { dispatchEvent(new Event('beforeprint')); }");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        var figures = await page.Locator("figure.st-figure").EvaluateAllAsync<double[][]>("all => all.map(f => [f.getBoundingClientRect().height, f.getBoundingClientRect().width, getComputedStyle(f).breakInside === 'avoid' ? 1 : 0, f.scrollWidth])");
        Assert.True(figures.Length > 20);
        Assert.All(figures, figure => Assert.True(figure[0] < 1000 && figure[1] <= 680 && figure[2] == 1 && figure[3] <= 681, string.Join(' ', figure)));
        await Assertions.Expect(page.Locator(".mud-appbar")).ToBeHiddenAsync();
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Form_OverPicturesWithAWord_CountsThoseOnly()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, "/statistics");
        await watched.Page.Locator(".st-scope > summary").ClickAsync();
        await watched.Page.GetByLabel("In which is read").FillAsync("cat");
        await watched.Page.GetByLabel("with p of at least").FillAsync("0.5");
        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Show", Exact = true }).ClickAsync();

        await Assertions.Expect(watched.Page).ToHaveURLAsync(new Regex("/statistics\\?text=cat&p=0.5$"));
        await Assertions.Expect(watched.Page.Locator(".st-checkpoint > .st-sample")).ToContainTextAsync("analyses: 1;");
        await Assertions.Expect(watched.Page.Locator(".st-scope > summary")).ToHaveTextAsync("Over finished analyses with “cat” read at p ≥ 0.5");
        Assert.Empty((await watched.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {violation.Help}"));
        watched.AssertQuiet();
    }

    [Fact]
    public async Task FrequentToken_Chosen_LeadsToTheAtlas()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, $"/runs/{demo.Run}/statistics");
        var chart = watched.Page.Locator("figure[data-chart=tokenlayers] .st-chart");
        await Assertions.Expect(chart.Locator("svg")).ToBeVisibleAsync();
        await chart.FocusAsync();
        await watched.Page.Keyboard.PressAsync("ArrowDown");
        await watched.Page.Keyboard.PressAsync("ArrowRight");
        await watched.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(watched.Page).ToHaveURLAsync(new Regex("/atlas\\?tokens=\\d+&checkpoint=[0-9a-f]+&run=[0-9a-f-]+&layers=12$"));
        await Assertions.Expect(watched.Page.Locator("canvas[data-lit]").First).ToBeAttachedAsync();
        watched.AssertQuiet();
    }

    [Fact]
    public async Task View_GroupTableAndFullSize_LieInTheAddressAndComeBack()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, $"/runs/{demo.Run}/statistics");
        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Prompt tokens" }).ClickAsync();
        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Table: Entropy by layer" }).ClickAsync();
        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Full size: Entropy by layer" }).ClickAsync();
        await Assertions.Expect(watched.Page).ToHaveURLAsync(new Regex("group=text&tables=entropy&full=entropy"));
        await watched.Page.ReloadAsync();
        await Assertions.Expect(watched.Page.Locator("figure.st-full[data-chart=entropy] table")).ToBeVisibleAsync();
        await watched.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(watched.Page.Locator("figure.st-full")).ToHaveCountAsync(0);
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Map_OfTheMask_CoversTheGridAndSaysItsMean()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, $"/runs/{demo.Run}/statistics?map=mask&tables=map");
        var figure = watched.Page.Locator("figure[data-chart=map]");

        await Assertions.Expect(figure.Locator(".st-sample")).ToContainTextAsync("n = 6\u202f912 patches on a grid of 24 × 24");
        var values = await figure.Locator("tbody tr td:nth-child(3)").AllInnerTextsAsync();
        Assert.Equal(576, values.Count);

        // 1847 of 6912 patches read as empty.
        Assert.Equal(1847 / 6912.0, values.Average(value => double.Parse(value, System.Globalization.CultureInfo.InvariantCulture)), 0.002);
        await figure.GetByLabel("Map", new() { Exact = true }).SelectOptionAsync("confidence");
        await figure.GetByLabel("Layer of the map").SelectOptionAsync("4");
        await Assertions.Expect(figure.GetByRole(AriaRole.Heading)).ToContainTextAsync("confidence at layer 4 lies between");
        await Assertions.Expect(watched.Page).ToHaveURLAsync(new Regex("map=confidence.*maplayer=4"));
        watched.AssertQuiet();
    }

    private static async Task<byte[]> SaveAsync(IPage page, ILocator figure, string kind, string name)
    {
        var file = await page.RunAndWaitForDownloadAsync(() => figure.GetByRole(AriaRole.Button, new() { NameRegex = new($"^{kind}") }).ClickAsync());
        Assert.EndsWith(name, file.SuggestedFilename, StringComparison.Ordinal);
        return await File.ReadAllBytesAsync((await file.PathAsync())!, TestContext.Current.CancellationToken);
    }

    private async Task<WatchedPage> OpenAsync(Browser browser, string path)
    {
        var watched = await browser.OpenAsync();
        await watched.Page.GotoAsync(new Uri(demo.Address, path).ToString());
        await Assertions.Expect(watched.Page.Locator("figure[data-chart=best] svg")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        return watched;
    }
}
