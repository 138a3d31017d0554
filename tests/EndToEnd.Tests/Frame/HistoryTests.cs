using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Frame;

/// <summary>Back and Forward, and addresses opened anew, on every view: what a person did is a step, what follows from a drag or a play is not.</summary>
public sealed class HistoryTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    // Changes of the explorer that follow each other within a second are one step.
    private const int Step = 1200;

    [Fact]
    public async Task Explorer_MapAndLock_AreStepsAndLayersAreNot()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"));
        var page = explorer.Page;

        await page.Keyboard.PressAsync("]");
        await page.Keyboard.PressAsync("]");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("layer="));
        await page.WaitForTimeoutAsync(Step);
        var layers = page.Url;
        await explorer.Map.SelectOptionAsync("entropy");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("map=entropy"));
        await page.WaitForTimeoutAsync(Step);
        await explorer.PointAsync(explorer.Picture, 0.4, 0.4);
        await page.Mouse.DownAsync();
        await page.Mouse.UpAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("lock="));
        var locked = page.Url;

        await BackAsync(page, url => !url.Contains("lock=", StringComparison.Ordinal) && url.Contains("map=entropy", StringComparison.Ordinal));
        await BackAsync(page, url => url == layers);
        await Assertions.Expect(explorer.Map).ToHaveValueAsync("confidence");
        await page.GoForwardAsync();
        await Assertions.Expect(explorer.Map).ToHaveValueAsync("entropy");
        await page.GoForwardAsync();
        await Assertions.Expect(page).ToHaveURLAsync(locked);
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task LayersTable_FindAndRows_ComeBackFromTheAddress()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), "?find=cat&match=prefix&rows=found&cells=entropy&columns=3-9&least=0.2");
        var page = explorer.Page;

        await Assertions.Expect(page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Searchbox).Filter(new() { Visible = true }).First).ToHaveValueAsync("cat");
        var rows = await explorer.Table.GetAttributeAsync("aria-rowcount");
        var address = page.Url;
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link, new() { Name = "Runs" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/runs$"));
        await page.GoBackAsync();
        await Assertions.Expect(page).ToHaveURLAsync(address);
        await Assertions.Expect(explorer.Table).ToHaveAttributeAsync("aria-rowcount", rows!);
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task Masks_AChange_IsAStepBack()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, $"/runs/{demo.Run}/masks");
        var page = watched.Page;
        await Assertions.Expect(page.Locator("canvas").First).ToBeVisibleAsync();
        var first = page.Url;

        await page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link, new() { Name = "Atlas" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/atlas$"));
        await page.GoBackAsync();

        await Assertions.Expect(page).ToHaveURLAsync(first);
        await Assertions.Expect(page.Locator("canvas").First).ToBeVisibleAsync();
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Images_ASearch_IsOneStepHoweverManyLetters()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, "/images");
        var page = watched.Page;
        var search = page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Searchbox).First;
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("beach") }).First).ToBeVisibleAsync();

        await search.PressSequentiallyAsync("gar", new() { Delay = 350 });
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("=gar$"));
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("beach") })).ToHaveCountAsync(0);
        await page.GoBackAsync();

        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/images$"));
        await Assertions.Expect(search).ToHaveValueAsync("");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("beach") }).First).ToBeVisibleAsync();
        await page.GoForwardAsync();
        await Assertions.Expect(search).ToHaveValueAsync("gar");
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Run_StateAndView_AreSteps()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, $"/runs/{demo.Run}");
        var page = watched.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "Table", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Table)).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Table)).ToHaveCountAsync(0);
        await page.GoForwardAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Table)).ToBeVisibleAsync();
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Statistics_GroupAndMap_AreSteps()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, $"/runs/{demo.Run}/statistics");
        var page = watched.Page;
        var text = page.GetByRole(AriaRole.Button, new() { Name = "Prompt tokens" });

        await text.ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("group=text"));
        await page.GoBackAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/statistics$"));
        await Assertions.Expect(text).ToHaveAttributeAsync("aria-pressed", "false");
        await page.GoForwardAsync();
        await Assertions.Expect(text).ToHaveAttributeAsync("aria-pressed", "true");
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Atlas_AWordAndAFilter_AreSteps()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, "/atlas");
        var page = watched.Page;
        var word = page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Searchbox).First;

        await word.FillAsync("cat");
        await word.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("text=cat"));
        var first = page.Url;
        await word.FillAsync("sunflower");
        await word.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("text=sunflower"));

        await page.GoBackAsync();
        await Assertions.Expect(page).ToHaveURLAsync(first);
        await Assertions.Expect(word).ToHaveValueAsync("cat");
        await page.GoBackAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/atlas$"));
        await Assertions.Expect(word).ToHaveValueAsync("");
        watched.AssertQuiet();
    }

    private static async Task BackAsync(IPage page, Func<string, bool> isThere)
    {
        await page.GoBackAsync();
        await page.WaitForURLAsync(isThere);
    }

    private async Task<WatchedPage> OpenAsync(Browser browser, string path)
    {
        var watched = await browser.OpenAsync();
        await watched.Page.GotoAsync(new Uri(demo.Address, path).ToString());
        await watched.WaitForKeysAsync();
        return watched;
    }
}
