using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Explorer;

/// <summary>Maps, selections, pins and the address of the explorer.</summary>
public sealed class ExplorerViewTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    [Theory]
    [InlineData("confidence", "patches and text")]
    [InlineData("entropy", "patches and text")]
    [InlineData("best", "patches and text")]
    [InlineData("text", "zoom in to read the tokens")]
    [InlineData("token", "kept in \\d+ of 576 patches, elsewhere < 0")]
    [InlineData("share", "Pin tokens to see")]
    [InlineData("mask", "3 of 576 patches read as filler")]
    [InlineData("none", "map")]
    public async Task Map_Each_HasItsLegendAndItsAddress(string map, string legend)
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"));

        await explorer.Map.SelectOptionAsync(map == "confidence" ? "none" : "confidence");
        await explorer.Map.SelectOptionAsync(map);

        await Assertions.Expect(explorer.Page.Locator(".lx-explorer")).ToContainTextAsync(new Regex(legend));
        if (map != "confidence")
        {
            await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex($"map={map}"));
        }

        await explorer.Watched.ScreenshotAsync($"explorer-map-{map}");
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task Map_Confidence_IsBrightWhereTheModelIsSureInBothThemes()
    {
        await using var browser = await Browser.StartAsync();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            // Opaque, so that only the map is seen. Grass is sure at layer 12 and unsure at layer 1; the grid's lines lie elsewhere.
            var sure = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), "?strength=1&layer=12", scheme: scheme);
            var unsure = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), "?strength=1&layer=1", scheme: scheme);

            var bright = (await sure.ColourAsync(0.52, 0.9)).Sum();
            var dim = (await unsure.ColourAsync(0.52, 0.9)).Sum();
            Assert.True(bright > dim + 200, $"{scheme}: sure {bright}, unsure {dim}");
        }
    }

    [Fact]
    public async Task Drag_OverTheCat_SelectsARectangleAndReadsItTogether()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"));

        await explorer.DragAsync((0.33, 0.5), (0.45, 0.65));

        await Assertions.Expect(explorer.Inspector.GetByRole(AriaRole.Tab, new() { Name = "Selection" })).ToHaveAttributeAsync("aria-selected", "true");
        await Assertions.Expect(explorer.Inspector.GetByRole(AriaRole.List, new() { Name = "Shared tokens" }).GetByRole(AriaRole.Listitem).First).ToContainTextAsync("cat");
        await Assertions.Expect(explorer.Inspector.GetByRole(AriaRole.Table, new() { Name = "Top tokens by layer" })).ToContainTextAsync("emb");
        await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex("with=\\d+-\\d+_"));
        await explorer.Watched.ScreenshotAsync("explorer-selection");

        // Shift-click takes one more; the link shows the same to whoever opens it.
        var before = Number(await explorer.Inspector.GetByRole(AriaRole.Tab, new() { Name = "Selection" }).InnerTextAsync());
        await explorer.PointAsync(explorer.Picture, 0.7, 0.5);
        await explorer.Page.Keyboard.DownAsync("Shift");
        await explorer.Page.Mouse.DownAsync();
        await explorer.Page.Mouse.UpAsync();
        await explorer.Page.Keyboard.UpAsync("Shift");
        await Assertions.Expect(explorer.Inspector.GetByRole(AriaRole.Tab, new() { Name = "Selection" })).ToContainTextAsync($"{before + 1}");
        await explorer.Page.WaitForTimeoutAsync(300);
        var query = new Uri(explorer.Page.Url).Query;
        var other = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), query);
        await Assertions.Expect(other.Inspector.GetByRole(AriaRole.Tab, new() { Name = "Selection" })).ToContainTextAsync($"{before + 1}");
        explorer.Watched.AssertQuiet();
        other.Watched.AssertQuiet();
    }

    [Fact]
    public async Task Pin_ByFullStopAndByTyping_DrawsTheirCourses()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"));

        await explorer.PointAsync(explorer.Picture, 0.38, 0.55);
        await explorer.Page.Mouse.DownAsync();
        await explorer.Page.Mouse.UpAsync();
        await explorer.Page.Keyboard.PressAsync(".");
        var picker = explorer.Page.GetByRole(AriaRole.Combobox, new() { Name = "Pin a token" });
        await picker.FillAsync("sunflower");
        await Assertions.Expect(explorer.Page.Locator(".lx-picker-list:visible [role=option]").First).ToContainTextAsync("sunflower");
        await picker.PressAsync("Enter");

        await Assertions.Expect(explorer.Inspector.GetByRole(AriaRole.List, new() { Name = "Pinned tokens" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        await Assertions.Expect(explorer.Inspector.Locator("canvas.lx-curve:visible")).ToHaveAttributeAsync("aria-label", new Regex("Probability of ␣cat over layers.*Probability of ␣sunflower"));
        await explorer.Inspector.GetByRole(AriaRole.Button, new() { Name = "show rank" }).ClickAsync();
        await Assertions.Expect(explorer.Inspector.Locator("canvas.lx-curve:visible")).ToHaveAttributeAsync("aria-label", new Regex("Rank of ␣cat"));
        await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex("pins=\\d+_\\d+"));

        // The sum over both is a map of its own.
        await explorer.Map.SelectOptionAsync("share");
        await Assertions.Expect(explorer.Page.Locator(".lx-legend-bar")).ToContainTextAsync("one of them kept in");
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task BackAndForward_AfterTwoSteps_LeadThroughThem()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"));

        await explorer.Page.WaitForTimeoutAsync(1100);
        await explorer.Map.SelectOptionAsync("best");
        await explorer.Page.WaitForTimeoutAsync(1200);
        await explorer.PointAsync(explorer.Picture, 0.38, 0.55);
        await explorer.Page.Mouse.DownAsync();
        await explorer.Page.Mouse.UpAsync();
        await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex("map=best.*lock="));

        await explorer.Page.GoBackAsync();
        await Assertions.Expect(explorer.Page).Not.ToHaveURLAsync(new Regex("lock="));
        await Assertions.Expect(explorer.Map).ToHaveValueAsync("best");
        await explorer.Page.GoBackAsync();
        await Assertions.Expect(explorer.Map).ToHaveValueAsync("confidence");
        await explorer.Page.GoForwardAsync();
        await Assertions.Expect(explorer.Map).ToHaveValueAsync("best");
        await Assertions.Expect(explorer.Picture).ToBeVisibleAsync();
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task Play_FromBest_EndsAtTheLastLayer()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), "?layer=9");

        await explorer.Page.GetByRole(AriaRole.Button, new() { Name = "Play through the layers" }).ClickAsync();

        await Assertions.Expect(explorer.Page.Locator(".lx-layer-name")).ToHaveTextAsync("layer 12");
        await Assertions.Expect(explorer.Page.GetByRole(AriaRole.Button, new() { Name = "Play through the layers" })).ToBeVisibleAsync();
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task ModelInput_Toggled_ShowsTheExactPixelsOfTheModel()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), "?map=none");

        await explorer.Page.GetByRole(AriaRole.Button, new() { Name = "model input" }).ClickAsync();

        await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex("input=1"));
        await Assertions.Expect(explorer.Page.GetByRole(AriaRole.Button, new() { Name = "model input" })).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(explorer.Page.GetByText("scaled by the browser")).ToBeHiddenAsync();
        await explorer.Watched.ScreenshotAsync("explorer-model-input");

        // 24 patches of 14 pixels each way.
        using var png = await demo.Dashboard.Api.GetAsync(new Uri($"/api/analyses/{demo.AnalysisOf("garden.jpg")}/input", UriKind.Relative), TestContext.Current.CancellationToken);
        var bytes = await png.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal((336, 336), (System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20))));
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task ComputeExactly_TokenNotKept_SaysTheCostAndQueuesARunThatKeepsIt()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var browser = await Browser.StartAsync();
        var analysis = demo.AnalysisOf("garden.jpg");
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, analysis, "?map=token");
        var picker = explorer.Page.GetByRole(AriaRole.Combobox, new() { Name = "Token of the map" });
        await picker.FillAsync("helicopter");
        await picker.PressAsync("Enter");
        await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex("token=\\d+"));
        await explorer.Watched.ScreenshotAsync("explorer-below-the-kept");

        await explorer.Page.GetByRole(AriaRole.Button, new() { Name = "Compute exactly" }).ClickAsync();
        var dialog = explorer.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync(new Regex("12 pictures.*About \\d+ .*MiB of disk, as measured on 12 analyses"));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Queue the run" }).ClickAsync();
        await explorer.Page.GetByRole(AriaRole.Link, new() { Name = "This picture in it" }).ClickAsync();

        var repeated = long.Parse(Regex.Match(explorer.Page.Url, "/analyses/(\\d+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.NotEqual(analysis, repeated);
        var done = await demo.Dashboard.WaitForAsync($"/api/analyses/{repeated}", answer => answer.GetProperty("state").GetString() == "done", TimeSpan.FromMinutes(2), cancellationToken);
        Assert.Equal("garden.jpg", done.GetProperty("image").GetProperty("name").GetString());
        await Assertions.Expect(explorer.Page.Locator(".lx-legend-bar")).ToContainTextAsync("kept in all 576 patches", new() { Timeout = 60_000 });
        await Assertions.Expect(explorer.Page.GetByRole(AriaRole.Button, new() { Name = "Compute exactly" })).ToBeHiddenAsync();
        explorer.Watched.AssertQuiet();
    }

    private static int Number(string text) => int.Parse(Regex.Match(text, "\\d+").Value, System.Globalization.CultureInfo.InvariantCulture);
}
