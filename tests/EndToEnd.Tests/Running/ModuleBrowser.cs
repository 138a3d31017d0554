namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>One browser for many tests of the explorer's pure modules, which are imported from the repository without a server.</summary>
public sealed class ModuleBrowser : IAsyncDisposable
{
    private const string Origin = "http://localhost:1";

    private Browser? _browser;
    private WatchedPage? _page;

    /// <summary>An empty page whose scripts can import from <c>/js/explorer/…</c>; skips the test where there is no browser.</summary>
    public async Task<WatchedPage> OpenAsync()
    {
        if (_page is not null)
        {
            return _page;
        }

        _browser = await Browser.StartAsync();
        var watched = await _browser.OpenAsync();
        var root = Path.Combine(DashboardProcess.RepositoryRoot, "wwwroot");
        await watched.Page.RouteAsync(Origin + "/**", route =>
        {
            var path = new Uri(route.Request.Url).AbsolutePath;
            return path == "/"
                ? route.FulfillAsync(new() { ContentType = "text/html", Body = "<!DOCTYPE html><title>modules</title><link rel=\"icon\" href=\"data:,\">" })
                : route.FulfillAsync(new() { ContentType = "text/javascript", Path = Path.Combine(root, path.TrimStart('/')) });
        });
        await watched.Page.GotoAsync(Origin + "/");
        return _page = watched;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }
}
