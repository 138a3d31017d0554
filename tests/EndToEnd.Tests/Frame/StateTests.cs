using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Frame;

/// <summary>Pages with nothing to show, of nothing that is there, and before anything has come: each says so and shows a way on.</summary>
public sealed class StateTests(EmptyDashboard empty) : IClassFixture<EmptyDashboard>
{
    private const string Nobody = "6f9619ff-8b86-d011-b42d-00c04fc964ff";

    public static TheoryData<string, string> Empty => new()
    {
        { "/", "Nothing has been analysed yet" },
        { "/runs", "No run yet" },
        { "/images", "No image yet" },
        { "/atlas", "" },
        { "/statistics", "No finished analysis" },
        { "/imports", "" },
        { "/data", "" },
        { "/runs/new", "" },
        { "/search", "Type a part" },
        { "/search?q=cat", "Nothing found for “cat”" },
        { "/shortcuts", "" },
    };

    public static TheoryData<string> Unknown =>
    [
        $"/runs/{Nobody}", $"/runs/{Nobody}?state=failed&page=3", $"/runs/{Nobody}/statistics", $"/runs/{Nobody}/report", $"/runs/{Nobody}/masks", "/analyses/999", $"/imports/{Nobody}", $"/images/{new string('a', 64)}",
    ];

    [Theory]
    [MemberData(nameof(Empty))]
    public async Task Page_OfAnEmptyDatabase_SaysSoAndShowsAWayOn(string path, string sentence)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, path);
        var main = watched.Page.GetByRole(AriaRole.Main);

        await Assertions.Expect(main).ToContainTextAsync(sentence);
        Assert.NotEqual(0, await main.GetByRole(AriaRole.Link).CountAsync() + await main.GetByRole(AriaRole.Button).CountAsync() + await main.GetByRole(AriaRole.Searchbox).CountAsync());
        await LookAsync(watched, "empty" + path);
    }

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task Page_OfWhatIsNotThere_SaysSoAndShowsAWayOn(string path)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await OpenAsync(browser, path);
        var main = watched.Page.GetByRole(AriaRole.Main);

        await Assertions.Expect(main.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(new Regex("^There is no such (run|analysis|image|import)$"));
        await main.GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(watched.Page).ToHaveURLAsync(new Regex("/(runs|images|imports)$"));
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Address_OfNothing_Is404AndShowsAWayOn()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var answer = await watched.Page.GotoAsync(new Uri(empty.Dashboard.Address, "/analyses/abc").ToString());

        Assert.Equal(404, answer!.Status);
        await Assertions.Expect(watched.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("There is nothing at this address");
        await watched.Page.GetByRole(AriaRole.Link, new() { Name = "Search for it" }).ClickAsync();
        await Assertions.Expect(watched.Page).ToHaveURLAsync(new Regex("/search$"));
        watched.AssertQuiet(new Regex("404"));
    }

    [Fact]
    public async Task FirstConnection_Slow_IsSaidAndThenThePageComes()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        await watched.Page.RouteAsync("**/_blazor/negotiate*", async route =>
        {
            await Task.Delay(2500, TestContext.Current.CancellationToken);
            await route.ContinueAsync();
        });
        await watched.Page.GotoAsync(new Uri(empty.Dashboard.Address, "/runs").ToString());

        await Assertions.Expect(watched.Page.GetByText("Connecting to LogitLens…")).ToBeVisibleAsync();
        await Assertions.Expect(watched.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Runs");
        await Assertions.Expect(watched.Page.GetByText("Connecting to LogitLens…")).ToBeHiddenAsync();
        watched.AssertQuiet();
    }

    [Fact]
    public async Task FirstConnection_Refused_IsSaid()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        await watched.Page.RouteAsync("**/_blazor/negotiate*", route => route.AbortAsync());
        await watched.Page.GotoAsync(new Uri(empty.Dashboard.Address, "/runs").ToString());

        await Assertions.Expect(watched.Page.GetByText("This page could not connect to LogitLens")).ToBeVisibleAsync();
        await watched.Page.UnrouteAsync("**/_blazor/negotiate*");
        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Reload the page" }).And(watched.Page.Locator(":visible")).ClickAsync();
        await Assertions.Expect(watched.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Runs");
    }

    private static async Task LookAsync(WatchedPage watched, string name)
    {
        await watched.ScreenshotAsync(Regex.Replace(name, "[^a-z]+", "-"));
        Assert.Empty((await watched.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {violation.Help}"));
        watched.AssertQuiet();
    }

    private async Task<WatchedPage> OpenAsync(Browser browser, string path)
    {
        var watched = await browser.OpenAsync();
        await watched.Page.GotoAsync(new Uri(empty.Dashboard.Address, path).ToString());
        await Assertions.Expect(watched.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await watched.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        return watched;
    }
}
