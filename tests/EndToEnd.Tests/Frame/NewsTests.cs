using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Frame;

/// <summary>A run ends while people look elsewhere.</summary>
public sealed class NewsTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    [Fact]
    public async Task Run_EndsWhileAnotherPageIsOpen_IsSaidThereAndKeptBehindTheBellUntilSeen()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync(new Uri(demo.Address, "/atlas").ToString());
        await Assertions.Expect(Bell(page)).ToHaveAccessibleNameAsync("Runs that ended");
        await page.WaitForFunctionAsync("() => localStorage.getItem('logitlens.news.seen') !== null");

        await StartRunAsync(page, "news of one");

        // The link in the snackbar comes first; it goes by itself.
        var toast = page.Locator(".mud-snackbar").Filter(new() { HasText = "news of one" });
        await Assertions.Expect(toast).ToContainTextAsync("is done: 1 analysis", new() { Timeout = 60_000 });
        await watched.ScreenshotAsync("news-toast");
        await Assertions.Expect(Bell(page)).ToHaveAccessibleNameAsync("Runs that ended, 1 not seen");
        await Assertions.Expect(page).ToHaveTitleAsync(new Regex("^\\(1\\) Atlas"));

        await page.Keyboard.PressAsync("e");
        var panel = page.GetByRole(AriaRole.Region, new() { Name = "Runs that ended" });
        await Assertions.Expect(panel.GetByRole(AriaRole.Listitem).First).ToContainTextAsync("news of one");
        await Assertions.Expect(page).ToHaveTitleAsync(new Regex("^Atlas"));
        await watched.ScreenshotAsync("news-panel");

        // Half faded, nothing has contrast.
        await Assertions.Expect(toast).ToBeHiddenAsync();
        Assert.Empty((await page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => violation.Id + violation.Help));
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(panel).ToBeHiddenAsync();
        await Assertions.Expect(Bell(page)).ToBeFocusedAsync();

        await page.ReloadAsync();
        await Assertions.Expect(Bell(page)).ToHaveAccessibleNameAsync("Runs that ended");
        await Bell(page).ClickAsync();
        await panel.GetByRole(AriaRole.Link, new() { Name = "news of one" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("news of one");
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Run_EndsWhileTheTabIsInTheBackground_IsSaidByTheBrowserOnceItWasAllowed()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.Context.GrantPermissionsAsync(["notifications"]);
        await page.AddInitScriptAsync("""
            window.shownNotifications = [];
            window.Notification = class extends EventTarget {
              constructor(title, options) { super(); window.shownNotifications.push(`${title}: ${options.body}`); }
              static permission = 'default';
              static requestPermission() { window.askedByUser = navigator.userActivation.isActive; this.permission = 'granted'; return Promise.resolve('granted'); }
            };
            """);
        await page.GotoAsync(new Uri(demo.Address, "/atlas").ToString());
        await page.WaitForFunctionAsync("() => localStorage.getItem('logitlens.news.seen') !== null");
        Assert.Equal("default", await page.EvaluateAsync<string>("Notification.permission"));
        await Bell(page).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Let this browser say so") }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Stop that" })).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.askedByUser"));
        await page.Keyboard.PressAsync("Escape");

        await page.EvaluateAsync("() => Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })");
        await StartRunAsync(page, "news of two");

        await page.WaitForFunctionAsync("() => window.shownNotifications.length > 0", null, new() { Timeout = 60_000 });
        Assert.Equal(["LogitLens: news of two is done: 1 analysis"], await page.EvaluateAsync<string[]>("window.shownNotifications"));
        watched.AssertQuiet();
    }

    private static ILocator Bell(IPage page) => page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Runs that ended") });

    /// <summary>Starts a run of one picture in another tab of the same browser.</summary>
    private async Task StartRunAsync(IPage page, string name)
    {
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync(new Uri(demo.Address, "/runs/new?images=1").ToString());
        await Assertions.Expect(other.GetByRole(AriaRole.List, new() { Name = "Images of the run" })).ToContainTextAsync("garden.jpg");
        await other.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await other.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^(start|queue)", RegexOptions.IgnoreCase) }).ClickAsync();
        await Assertions.Expect(other).ToHaveURLAsync(new Regex("/runs/[0-9a-f-]{32,36}"));
        await other.CloseAsync();
    }
}
