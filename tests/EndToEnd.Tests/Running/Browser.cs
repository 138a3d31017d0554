using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>Debian's Chromium, headless. Console errors and policy violations on its pages are collected; a test asserts that there are none.</summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Starts Chromium, or skips the test with a reason where there is none (an error where <c>LOGITLENS_REQUIRE_CHROMIUM</c> is set).</summary>
    public static async Task<Browser> StartAsync()
    {
        var executable = Candidates.FirstOrDefault(File.Exists);
        if (executable is null)
        {
            const string Reason = "No Chromium in /usr/bin: install Debian's package chromium to run the end-to-end tests.";
            Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("LOGITLENS_REQUIRE_CHROMIUM")), Reason);
            Assert.Fail(Reason);
        }

        // The other test projects run at the same time, on two cores.
        Assertions.SetDefaultExpectTimeout(15_000);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = executable,
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
        return new Browser(playwright, browser);
    }

    /// <summary>Opens an empty page.</summary>
    public async Task<WatchedPage> OpenAsync(int width = 1280, int height = 800, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        return new WatchedPage(await context.NewPageAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
