using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Explorer;

/// <summary>Filler masks: on one picture, and of a run beside each other.</summary>
public sealed class MaskTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    [Theory]
    [InlineData("garden.jpg", 3)]
    [InlineData("harbour.jpg", 461)]
    [InlineData("concert.jpg", 456)]
    public async Task Mask_OldRuleOnADemoPicture_CountsWhatTheReferenceCounts(string picture, int masked)
    {
        // The figures of shared/demo/README.md: best layer over emb…12, empty tokens.
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf(picture), "?map=mask&layer=3");

        await explorer.Page.GetByRole(AriaRole.Button, new() { Name = "old tools' rule" }).ClickAsync();

        await Assertions.Expect(explorer.Page.Locator(".lx-mask-count")).ToContainTextAsync($"{masked} of 576 patches");
        await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex("window=emb-12"));
        await explorer.Watched.ScreenshotAsync($"mask-{picture}");
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task Mask_AddedTokenAndInverted_CoversTheGrassAndThenTheRest()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), "?map=mask&veil=1&paint=black");
        Assert.True((await explorer.ColourAsync(0.52, 0.9)).Sum() > 0);

        var picker = explorer.Page.GetByRole(AriaRole.Combobox, new() { Name = "Add a token to the filler set" });
        await picker.FillAsync("grass");
        await picker.PressAsync("Enter");
        await Assertions.Expect(explorer.Page.Locator(".lx-mask-count")).ToContainTextAsync(new Regex("^43\\d of 576"));
        Assert.Equal(0, (await explorer.ColourAsync(0.52, 0.9)).Sum());

        await explorer.Page.GetByLabel("invert").CheckAsync();
        await explorer.Page.WaitForTimeoutAsync(200);
        Assert.True((await explorer.ColourAsync(0.52, 0.9)).Sum() > 0);
        await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex("filler=\\d+.*invert=1"));
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task Mask_Png_IsThePictureInItsOwnPixels()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("harbour.jpg"), "?map=mask");
        var size = await explorer.Page.EvaluateAsync<int[]>("async () => { const image = (await (await fetch('/api' + location.pathname)).json()).image; return [image.width, image.height]; }");

        var file = await explorer.Page.RunAndWaitForDownloadAsync(() => explorer.Page.GetByRole(AriaRole.Button, new() { Name = "PNG" }).ClickAsync());

        Assert.Equal("harbour-mask.png", file.SuggestedFilename);
        var bytes = await File.ReadAllBytesAsync((await file.PathAsync())!, TestContext.Current.CancellationToken);
        Assert.Equal(size[0], System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)));
        Assert.Equal(size[1], System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)));
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task ContactSheet_OfTheDemoRun_CountsAsTheReferenceAndLinksToEachPicture()
    {
        await using var browser = await Browser.StartAsync();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            var watched = await browser.OpenAsync(1280, 900, scheme);
            await watched.Page.GotoAsync(new Uri(demo.Address, $"/runs/{demo.Run}/masks?by=p&window=emb-12").ToString());

            await Assertions.Expect(watched.Page.Locator(".lx-mask-count")).ToContainTextAsync("1847 of 6912 patches of 12 pictures read as filler (26.7 %)", new() { Timeout = 30_000 });
            await watched.ScreenshotAsync($"masks-{scheme}");
            Assert.Empty((await watched.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {violation.Help}"));
            if (scheme == ColorScheme.Light)
            {
                var file = await watched.Page.RunAndWaitForDownloadAsync(() => watched.Page.GetByRole(AriaRole.Button, new() { Name = "Sheet as PNG" }).ClickAsync());
                Assert.True(new FileInfo((await file.PathAsync())!).Length > 100_000);
                await watched.Page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("harbour") }).ClickAsync();
                await Assertions.Expect(watched.Page.Locator(".lx-mask-count")).ToContainTextAsync("461 of 576 patches");
            }

            watched.AssertQuiet();
        }
    }

    [Fact]
    public async Task ContactSheet_OfChosenAnalyses_ShowsThoseOnly()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        await watched.Page.GotoAsync(new Uri(demo.Address, $"/runs/{demo.Run}/masks?analyses={demo.AnalysisOf("harbour.jpg")}_{demo.AnalysisOf("concert.jpg")}_999999").ToString());

        await Assertions.Expect(watched.Page.Locator(".lx-mask-count")).ToContainTextAsync("917 of 1152 patches of 2 pictures", new() { Timeout = 30_000 });
        watched.AssertQuiet();
    }
}
