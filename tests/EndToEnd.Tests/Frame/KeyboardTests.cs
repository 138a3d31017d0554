using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Frame;

/// <summary>The way of somebody without a mouse, by Tab, Enter, arrows and Escape alone.</summary>
public sealed class KeyboardTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    // A ring around it, or around the label that stands for a file field, or MudBlazor's thicker border; headings get the focus from code only.
    private const string Describe = """
        () => {
          const element = document.activeElement;
          const ringed = [element, element.nextElementSibling].filter(Boolean).map(e => getComputedStyle(e))
            .some(style => style.outlineStyle === 'solid' && style.outlineWidth === '2px');
          const border = element.closest('.mud-input')?.querySelector('.mud-input-outlined-border');
          const seen = ringed || (border && getComputedStyle(border).borderTopWidth === '2px');
          const name = element.getAttribute('aria-label') ?? element.getAttribute('aria-roledescription') ?? element.textContent.trim();
          return [element.tagName, element.getAttribute('aria-roledescription') ?? '', name, element === document.body || element.tagName === 'H1' || seen ? 'seen' : 'unseen'];
        }
        """;

    [Fact]
    public async Task Tab_FromHomeToAPatchAndATableCell_ReadsThem()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 900);
        var page = watched.Page;
        await page.GotoAsync(demo.Address.ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("garden\\.jpg") }).First).ToBeVisibleAsync();

        await TabUntilAsync(page, stop => stop[0] == "A" && stop[2].Contains("garden.jpg", StringComparison.Ordinal));
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/analyses/\\d+"));
        await Assertions.Expect(page.Locator("canvas[aria-roledescription='picture with patches']")).ToHaveAttributeAsync("aria-label", new Regex("576 patches"));

        await TabUntilAsync(page, stop => stop[1] == "picture with patches");
        await page.Keyboard.PressAsync("ArrowDown");
        var inspector = page.GetByRole(AriaRole.Region, new() { Name = "Inspector" });
        await Assertions.Expect(inspector).ToContainTextAsync(new Regex("patch r\\d+ c\\d+"));

        await TabUntilAsync(page, stop => stop[1] == "table of positions and layers");
        await page.Keyboard.PressAsync("Control+Home");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("lock="));
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("lock="));
        watched.AssertQuiet();
    }

    [Theory]
    [InlineData("/runs", "New run")]
    [InlineData("/runs/new", "Start")]
    [InlineData("/images", "New run")]
    public async Task Tab_ThroughAPage_ComesToItsMainButtonAndShowsWhereItIs(string path, string button)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        await watched.Page.GotoAsync(new Uri(demo.Address, path).ToString());
        await Assertions.Expect(watched.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await watched.Page.WaitForTimeoutAsync(500);
        await TabUntilAsync(watched.Page, stop => stop[0] is "BUTTON" or "A" && stop[2].StartsWith(button, StringComparison.Ordinal), skip: path == "/runs/new" ? 0 : 6);
        watched.AssertQuiet();
    }

    /// <summary>Presses Tab until a stop is the one wanted; every stop on the way has to be visible as such.</summary>
    private static async Task TabUntilAsync(IPage page, Func<string[], bool> isWanted, int skip = 0)
    {
        var stops = new List<string>();
        for (var i = 0; i < 80; i++)
        {
            await page.Keyboard.PressAsync("Tab");

            // A ring may come by a transition.
            await page.WaitForTimeoutAsync(40);
            var stop = await page.EvaluateAsync<string[]>(Describe);
            stops.Add($"{stop[0]} \"{stop[2]}\" {stop[3]}");
            Assert.True(stop[3] == "seen", "Focus cannot be seen on: " + stops[^1]);
            if (i >= skip && isWanted(stop))
            {
                return;
            }
        }

        Assert.Fail("Tab did not come to it; it came to:\n" + string.Join('\n', stops));
    }
}
