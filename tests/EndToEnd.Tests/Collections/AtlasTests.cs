using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Collections;

/// <summary>Where a word is read, over all pictures.</summary>
public sealed class AtlasTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    [Theory]
    [InlineData("cat")]
    [InlineData("sunflower")]
    public async Task Atlas_WordOfTheGarden_LightsItsPatchesAndOpensOne(string word)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 800, ColorScheme.Light);
        var page = watched.Page;
        await page.GotoAsync(new Uri(demo.Address, "/atlas").ToString());
        await Assertions.Expect(page.GetByText("Read in most analyses:")).ToBeVisibleAsync();

        await page.GetByLabel("Word or token").FillAsync(word);
        await page.GetByLabel("Word or token").PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"text={word}$"));
        var tile = page.Locator($"a[data-analysis='{demo.AnalysisOf("garden.jpg")}']");
        await Assertions.Expect(tile.Locator("canvas")).ToHaveAttributeAsync("data-lit", new Regex("^[1-9]"));
        await watched.ScreenshotAsync($"atlas-{word}");

        await tile.FocusAsync();
        await tile.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"/analyses/{demo.AnalysisOf("garden.jpg")}\\?layer=.*lock=\\d+\\.\\w+"));
        await Assertions.Expect(page.Locator(".lx-tokens .lx-token").First).ToContainTextAsync(word);
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Explorer_TokenOfTheInspector_LeadsToTheAtlasInOneClick()
    {
        await using var browser = await Browser.StartAsync();
        var found = await browser.OpenAsync(1280, 800, ColorScheme.Light);
        await found.Page.GotoAsync(new Uri(demo.Address, "/atlas?text=cat").ToString());
        var href = await found.Page.Locator($"a[data-analysis='{demo.AnalysisOf("garden.jpg")}']").GetAttributeAsync("href");
        await found.Page.GotoAsync(new Uri(demo.Address, href!).ToString());

        var link = found.Page.Locator(".lx-tokens .lx-atlas").First;
        await Assertions.Expect(link).ToBeVisibleAsync();
        await found.ScreenshotAsync("atlas-from-explorer");
        await link.ClickAsync();

        await Assertions.Expect(found.Page).ToHaveURLAsync(new Regex("/atlas\\?tokens=\\d+&checkpoint="));
        await Assertions.Expect(found.Page.Locator(".la-token")).ToContainTextAsync("cat");
        await Assertions.Expect(found.Page.Locator("canvas[data-lit]").First).ToBeAttachedAsync();
        found.AssertQuiet();
    }

    [Fact]
    public async Task Set_OfTwoTokens_IsPutTogetherByKeyboardAndTakenApart()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 800, ColorScheme.Dark);
        var page = watched.Page;
        await page.GotoAsync(new Uri(demo.Address, "/atlas?text=cat").ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "Choose among them, or add others" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("tokens=\\d+&checkpoint="));

        await page.GetByLabel("Add a token").FillAsync("sunfl");
        await Assertions.Expect(page.GetByText("␣sunflower", new() { Exact = true })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("tokens=\\d+_\\d+&checkpoint="));
        await Assertions.Expect(page.GetByText("2 tokens, as one set")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator($"a[data-analysis='{demo.AnalysisOf("garden.jpg")}'] canvas")).ToHaveAttributeAsync("data-lit", new Regex("^[1-9]\\d\\d"));
        await watched.ScreenshotAsync("atlas-set");
        Assert.Empty((await page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {violation.Help}"));

        await page.GetByRole(AriaRole.Link, new() { Name = "Take ␣cat out of the set" }).ClickAsync();
        await Assertions.Expect(page.GetByText("1 token, as one set")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Assertions.Expect(page.GetByText("2 tokens, as one set")).ToBeVisibleAsync();
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Layer_OfTheCounts_AndNextPage_LeadSomewhere()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1920, 1080, ColorScheme.Light);
        var page = watched.Page;
        await page.GotoAsync(new Uri(demo.Address, "/atlas?text=grass").ToString());
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Layer 5:") }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("text=grass&layers=5$"));
        await Assertions.Expect(page.Locator("canvas[data-lit]").First).ToBeAttachedAsync();

        // The demo fills no page of tiles: the place behind the second picture stands for one.
        var (total, next) = (await demo.Dashboard.GetAsync("/api/tokens/occurrences?text=grass&match=exact&places=patch&take=2", TestContext.Current.CancellationToken)) is var found
            ? (found.GetProperty("total").GetInt32(), found.GetProperty("next").GetString()) : default;
        await page.GotoAsync(new Uri(demo.Address, $"/atlas?text=grass&after={next}").ToString());
        await Assertions.Expect(page.Locator(".la-tile")).ToHaveCountAsync(total - 2);
        await page.GetByRole(AriaRole.Link, new() { Name = "First page" }).ClickAsync();
        await Assertions.Expect(page.Locator(".la-tile")).ToHaveCountAsync(total);
        watched.AssertQuiet();
    }

    [Theory]
    [InlineData("click")]
    [InlineData("keys")]
    public async Task Explorer_CellWithCtrl_OpensItsTokenInTheAtlas(string by)
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), string.Empty);
        var opened = explorer.Page.Context.WaitForPageAsync();
        if (by == "click")
        {
            await explorer.Picture.ClickAsync(new() { Position = new() { X = 200, Y = 150 }, Modifiers = [KeyboardModifier.Control] });
        }
        else
        {
            await explorer.Table.FocusAsync();
            await explorer.Page.Keyboard.PressAsync("ArrowDown");
            await explorer.Page.Keyboard.PressAsync("Control+Enter");
        }

        var atlas = await opened;
        await Assertions.Expect(atlas).ToHaveURLAsync(new Regex("/atlas\\?tokens=\\d+&checkpoint="));
        await Assertions.Expect(explorer.Page).Not.ToHaveURLAsync(new Regex("lock="));
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task Patches_OfTheCat_AreWhatTheExplorersReadingsHold()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), string.Empty);
        var found = await explorer.Page.EvaluateAsync<int>(
            "async id => (await (await fetch('/api/tokens/patches?text=cat&match=exact&places=patch&layers=12')).json()).items.find(i => i.analysis === id).patches.length", demo.AnalysisOf("garden.jpg"));
        var counted = await explorer.Page.EvaluateAsync<int>(
            """
            async id => (await (await fetch('/api/tokens/occurrences?text=cat&match=exact&places=patch&layers=12')).json()).items
                .find(i => i.analysis.id === id).hits.flatMap(h => h.layers).reduce((sum, l) => sum + l.positions, 0)
            """,
            demo.AnalysisOf("garden.jpg"));

        Assert.True(found > 0);
        Assert.Equal(counted, found);
    }
}
