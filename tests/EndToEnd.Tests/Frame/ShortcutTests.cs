using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Frame;

/// <summary>The keys of the list do what it says.</summary>
public sealed class ShortcutTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    [Fact]
    public async Task KeysOfPlaces_EachInTheList_LeadThere()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, "/shortcuts");
        var page = watched.Page;
        var everywhere = page.GetByRole(AriaRole.Region, new() { Name = "Everywhere" });
        await Assertions.Expect(everywhere.Locator("dt").First).ToBeVisibleAsync();
        var listed = await everywhere.Locator("dt").EvaluateAllAsync<string[]>("terms => terms.map(term => [...term.querySelectorAll('kbd')].map(key => key.textContent).join(' '))");
        var keys = listed.Where(text => text.StartsWith("g ", StringComparison.Ordinal)).ToList();
        var names = (await everywhere.Locator("dd").AllInnerTextsAsync()).Take(keys.Count).ToList();
        Assert.Contains("g r", keys);
        Assert.True(keys.Count >= 8);

        foreach (var (pressed, name) in keys.Zip(names))
        {
            var link = await page.Locator($"[data-shortcut='{pressed}']").First.GetAttributeAsync("href");
            await page.Keyboard.PressAsync("g");
            await page.Keyboard.PressAsync(pressed[^1].ToString());
            await Assertions.Expect(page).ToHaveURLAsync(new Uri(demo.Address, link!).ToString());
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
            Assert.False(string.IsNullOrWhiteSpace(name));
        }

        watched.AssertQuiet();
    }

    [Fact]
    public async Task KeysOfPlaces_WithACyrillicLayout_LeadThere()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, "/shortcuts");

        // What a keyboard with the Russian layout sends for the keys that G and R stand on.
        await watched.Page.EvaluateAsync("""
            () => [['п', 'KeyG'], ['к', 'KeyR']].forEach(([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true })))
            """);

        await Assertions.Expect(watched.Page).ToHaveURLAsync(new Regex("/runs$"));
        watched.AssertQuiet();
    }

    [Fact]
    public async Task QuestionMark_OnTheExplorer_ShowsItsKeysFirstAndFindsOne()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"));
        var page = explorer.Page;
        await explorer.Watched.WaitForKeysAsync();
        await page.Keyboard.PressAsync("?");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.GetByRole(AriaRole.Heading, new() { Level = 2 }).First).ToHaveTextAsync("In the explorer");
        await explorer.Watched.ScreenshotAsync("shortcuts-dialog");
        Assert.Empty((await page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => violation.Id + violation.Help));

        await dialog.GetByRole(AriaRole.Searchbox).FillAsync("unpin");
        await Assertions.Expect(dialog.GetByRole(AriaRole.Region).First.Locator("kbd")).ToHaveTextAsync(["."]);
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToBeHiddenAsync();
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task KeysOfTheExplorer_Each_DoWhatTheListSays()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), "?layer=5");
        var page = explorer.Page;

        await PressAsync("]", "layer=6");
        await PressAsync("[", "layer=5");
        await PressAsync("b", "^[^?]*$");
        await PressAsync("m", "map=");
        await PressAsync("Shift+M", "^[^?]*$");
        await PressAsync("i", "input=1");
        await PressAsync("i", "^[^?]*$");

        await page.Keyboard.PressAsync("p");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("layer="));
        await page.Keyboard.PressAsync("p");

        await explorer.Picture.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(explorer.Inspector).ToContainTextAsync(new Regex("patch r\\d+ c\\d+"));
        await PressAsync("Enter", "lock=\\d+");
        await PressAsync(".", "pins=\\d+");
        await PressAsync("Shift+ArrowRight", "pins=\\d+");
        await PressAsync("+", "view=1\\.25");
        await PressAsync("0", "^(?!.*view=)");
        await PressAsync("Escape", "^(?!.*lock=)");

        await page.Keyboard.PressAsync("/");
        await Assertions.Expect(page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Searchbox).And(page.Locator(":focus"))).ToBeVisibleAsync();
        await page.Keyboard.TypeAsync("cat");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("find=cat"));
        explorer.Watched.AssertQuiet();

        async Task PressAsync(string key, string address)
        {
            await page.Keyboard.PressAsync(key);
            await Assertions.Expect(page).ToHaveURLAsync(new Regex(address));
        }
    }

    private async Task<WatchedPage> OpenAsync(Browser browser, string path)
    {
        var watched = await browser.OpenAsync();
        await watched.Page.GotoAsync(new Uri(demo.Address, path).ToString());
        await watched.WaitForKeysAsync();
        return watched;
    }
}
