using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Frame;

/// <summary>The search in the bar and its page of results, by keyboard alone.</summary>
public sealed class SearchTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    [Fact]
    public async Task Slash_AnImagesName_OpensTheImageAtEnter()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, "/runs");
        var page = watched.Page;

        await page.Keyboard.PressAsync("/");
        await Assertions.Expect(Field(page)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("garden");
        var option = page.GetByRole(AriaRole.Option, new() { NameRegex = new Regex("garden\\.jpg") });
        await Assertions.Expect(option).ToBeVisibleAsync();
        Assert.Equal(320, await option.Locator("img").EvaluateAsync<int>("image => image.decode().then(() => Math.max(image.naturalWidth, image.naturalHeight))"));
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(option).ToHaveAttributeAsync("aria-selected", "true");
        Assert.Equal(await option.GetAttributeAsync("id"), await Field(page).GetAttributeAsync("aria-activedescendant"));
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"/analyses/{demo.AnalysisOf("garden.jpg")}$"));
        await Assertions.Expect(Field(page)).ToHaveValueAsync("");
        watched.AssertQuiet();
    }

    [Fact]
    public async Task ControlK_InAnotherField_ComesToTheSearchAndFindsATokenInTheAtlas()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, "/images");
        var page = watched.Page;

        // The gallery has a search of its own: there the slash means that one.
        await page.Keyboard.PressAsync("/");
        await Assertions.Expect(page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Searchbox).First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(Field(page)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("sunflower");
        await Assertions.Expect(page.GetByRole(AriaRole.Group, new() { Name = "Tokens" }).GetByRole(AriaRole.Option).First).ToContainTextAsync("sunflower");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/atlas\\?tokens=\\d+&checkpoint="));
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Enter_WithoutAChoice_LeadsToTheResultsAndBackKeepsThem()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, "/");
        var page = watched.Page;

        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("demo");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/search\\?q=demo$"));
        await page.GetByRole(AriaRole.Region, new() { Name = "Runs" }).GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/runs/"));
        await page.GoBackAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("demo");
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Runs" })).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Recent runs");
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Escape_ClosesThenEmptiesThenLeaves()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, "/");
        var page = watched.Page;
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("run 1");
        await Assertions.Expect(page.GetByRole(AriaRole.Option).First).ToBeVisibleAsync();
        Assert.Empty((await page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => violation.Id + violation.Help));

        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Option).First).ToBeHiddenAsync();
        await Assertions.Expect(Field(page)).ToHaveValueAsync("run 1");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Field(page)).ToHaveValueAsync("");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Field(page)).Not.ToBeFocusedAsync();
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Typing_FasterThanAnswers_ShowsTheLastOnly()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, "/");
        var page = watched.Page;
        var asked = new List<string>();
        await page.RouteAsync("**/search/suggestions*", async route =>
        {
            asked.Add(new Uri(route.Request.Url).Query);
            if (route.Request.Url.EndsWith("q=beach", StringComparison.Ordinal))
            {
                await Task.Delay(1500, TestContext.Current.CancellationToken);
            }

            await route.ContinueAsync();
        });

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("beach");
        await page.WaitForRequestAsync("**/search/suggestions*");
        await Field(page).FillAsync("arctic");
        await Assertions.Expect(page.GetByRole(AriaRole.Option, new() { NameRegex = new Regex("arctic\\.png") })).ToBeVisibleAsync();
        await page.WaitForTimeoutAsync(1800);

        await Assertions.Expect(page.GetByRole(AriaRole.Option, new() { NameRegex = new Regex("beach") })).ToHaveCountAsync(0);
        Assert.Equal(["?q=beach", "?q=arctic"], asked);
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Server_Gone_IsSaidUnderTheField()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, "/");
        var page = watched.Page;
        await page.RouteAsync("**/search/suggestions*", route => route.AbortAsync());

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("cat");

        await Assertions.Expect(page.GetByText("LogitLens cannot be reached.").First).ToBeVisibleAsync();
        watched.AssertQuiet(new Regex("ERR_FAILED"));
    }

    private static ILocator Field(IPage page) => page.GetByRole(AriaRole.Combobox, new() { Name = "Search images, runs, tokens" });

    private async Task<WatchedPage> OpenAsync(Browser browser, string path)
    {
        var watched = await browser.OpenAsync();
        await watched.Page.GotoAsync(new Uri(demo.Address, path).ToString());
        await Assertions.Expect(watched.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await watched.WaitForKeysAsync();
        return watched;
    }
}
