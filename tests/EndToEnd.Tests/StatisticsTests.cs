using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests;

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
    [InlineData("CSV", ".csv")]
    [InlineData("PNG", ".png")]
    [InlineData("SVG", ".svg")]
    public async Task Chart_Saved_IsAFileOfItsKind(string button, string extension)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, $"/runs/{demo.Run}/statistics");
        var file = await watched.Page.RunAndWaitForDownloadAsync(() => watched.Page.GetByRole(AriaRole.Button, new() { Name = $"{button}: Best layers" }).ClickAsync());

        Assert.EndsWith($"-patches-best{extension}", file.SuggestedFilename, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync((await file.PathAsync())!, TestContext.Current.CancellationToken);
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        switch (extension)
        {
            case ".csv":
                Assert.StartsWith("layer,positions,share,filler among them\r\n1,", text, StringComparison.Ordinal);
                break;
            case ".svg":
                Assert.Contains("surest late", System.Xml.Linq.XDocument.Parse(text).Root!.Value, StringComparison.Ordinal);
                break;
            default:
                Assert.Equal([0x89, 0x50, 0x4e, 0x47], bytes[..4]);
                Assert.True(bytes.Length > 5_000);
                break;
        }

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

    private async Task<WatchedPage> OpenAsync(Browser browser, string path)
    {
        var watched = await browser.OpenAsync();
        await watched.Page.GotoAsync(new Uri(demo.Address, path).ToString());
        await Assertions.Expect(watched.Page.Locator("figure[data-chart=best] svg")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        return watched;
    }
}
