using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Frame;

/// <summary>The server goes, or its WebSocket does, and what people look at stays.</summary>
public sealed partial class ConnectionTests(RestartableDashboard server) : IClassFixture<RestartableDashboard>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Regex Gone => GonePattern();

    [Fact]
    public async Task Explorer_ServerStartedAgain_AnswersThePointerMeanwhileAndComesBackToTheSameView()
    {
        await server.EnsureAsync(Token);
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, server.Dashboard.Address, 1, "?map=entropy&layer=9&view=2.00_0.400_0.600&pins=498");
        var page = explorer.Page;
        await page.EvaluateAsync("() => window.wasHere = true");

        await server.KillAsync();
        await Assertions.Expect(Strip(page)).ToContainTextAsync("taken up again by itself");

        // The readings are in the browser: the pointer reads, a click locks, keys step through the layers.
        await page.Keyboard.PressAsync("]");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("layer=10"));
        await page.Keyboard.PressAsync("[");
        await page.Keyboard.PressAsync("[");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("layer=8"));
        await explorer.PointAsync(explorer.Picture, 0.3, 0.3);
        var pointed = await explorer.Inspector.TextContentAsync();
        await explorer.PointAsync(explorer.Picture, 0.7, 0.6);
        await Assertions.Expect(explorer.Inspector).Not.ToHaveTextAsync(pointed!);
        await page.Mouse.DownAsync();
        await page.Mouse.UpAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("lock="));
        var locked = await explorer.Inspector.GetByText(new Regex("^patch r\\d+ c\\d+")).First.TextContentAsync();
        await explorer.Watched.ScreenshotAsync("connection-gone");

        // A link leads nowhere now, and leaves the view alone.
        var address = page.Url;
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link, new() { Name = "Runs" }).ClickAsync();
        Assert.Equal(address, page.Url);
        await page.Mouse.MoveAsync(2, 2);

        await server.StartAgainAsync(Token);
        await page.WaitForFunctionAsync("() => window.wasHere === undefined", null, new() { Timeout = 60_000 });
        await Assertions.Expect(explorer.Picture).ToHaveAttributeAsync("aria-label", new Regex("\\d+ patches"));
        Assert.Equal(address, page.Url);
        await Assertions.Expect(explorer.Map).ToHaveValueAsync("entropy");
        await Assertions.Expect(Strip(page)).ToBeHiddenAsync();
        await Assertions.Expect(explorer.Inspector).ToContainTextAsync(locked!);
        Assert.All(["map=entropy", "layer=8", "lock=", "view=2.00_0.400_0.600", "pins=498"], part => Assert.Contains(part, page.Url, StringComparison.Ordinal));
        await page.Keyboard.PressAsync("]");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("layer=9"));
        explorer.Watched.AssertQuiet(Gone);
    }

    [Fact]
    public async Task Images_ServerStartedAgain_ShowTheSameSearchAtTheSamePlace()
    {
        await server.EnsureAsync(Token);
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(420, 420);
        var page = watched.Page;
        await page.GotoAsync(new Uri(server.Dashboard.Address, "/images?search=a").ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("garden") }).First).ToBeVisibleAsync();
        await page.EvaluateAsync("() => { window.wasHere = true; window.scrollTo(0, 200); }");

        await server.KillAsync();
        await Assertions.Expect(Strip(page)).ToBeVisibleAsync();
        await server.StartAgainAsync(Token);

        await page.WaitForFunctionAsync("() => window.wasHere === undefined", null, new() { Timeout = 60_000 });
        await Assertions.Expect(page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Searchbox).First).ToHaveValueAsync("a");
        await page.WaitForFunctionAsync("() => window.scrollY === 200");
        watched.AssertQuiet(Gone);
    }

    [Fact]
    public async Task NewRun_ServerStartedAgain_KeepsWhatWasTypedUntilItIsLetGo()
    {
        await server.EnsureAsync(Token);
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync(new Uri(server.Dashboard.Address, "/runs/new?images=1").ToString());

        // The page proposes a name once it is connected and has found the picture.
        await watched.WaitForKeysAsync();
        await Assertions.Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync(new Regex("garden"));
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("a name that took thinking");

        await server.KillAsync();
        await Assertions.Expect(Strip(page)).ToBeVisibleAsync();
        await server.StartAgainAsync(Token);

        await Assertions.Expect(Strip(page)).ToContainTextAsync("What you typed here is kept nowhere else", new() { Timeout = 30_000 });
        await Assertions.Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("a name that took thinking");
        await watched.ScreenshotAsync("connection-typed");
        await Strip(page).GetByRole(AriaRole.Button, new() { Name = "Reload the page" }).ClickAsync();
        await Assertions.Expect(Strip(page)).ToBeHiddenAsync();
        watched.AssertQuiet(Gone);
    }

    [Fact]
    public async Task Page_WebSocketCut_GoesOnWithoutBeingDrawnAnew()
    {
        await server.EnsureAsync(Token);
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        var sockets = new List<IWebSocketRoute>();
        await page.RouteWebSocketAsync(new Regex("/_blazor"), socket =>
        {
            sockets.Add(socket);
            socket.ConnectToServer();
        });
        await page.GotoAsync(new Uri(server.Dashboard.Address, "/images").ToString());
        var search = page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Searchbox).First;
        await Assertions.Expect(search).ToBeVisibleAsync();
        await watched.WaitForKeysAsync();
        await page.EvaluateAsync("() => window.wasHere = true");

        await sockets[^1].CloseAsync(new() { Code = 1001 });
        await WaitAsync(() => sockets.Count > 1);
        await Assertions.Expect(Strip(page)).ToBeHiddenAsync();

        await search.FillAsync("garden");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("=garden"));
        Assert.True(await page.EvaluateAsync<bool>("() => window.wasHere === true"));
        watched.AssertQuiet(Gone);
    }

    private static ILocator Strip(IPage page) => page.Locator("#ll-connection");

    private static async Task WaitAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "It did not come to it within 30 seconds.");
            await Task.Delay(50, Token);
        }
    }

    // What the browser itself notes of a server that is not there, and SignalR of a connection that ended.
    [GeneratedRegex("ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE|WebSocket|Connection disconnected|Failed to fetch|Failed to complete negotiation|Failed to start the connection")]
    private static partial Regex GonePattern();
}
