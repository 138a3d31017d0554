using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>A page whose console errors, policy violations, outside requests and WebSocket frames are noted.</summary>
public sealed class WatchedPage
{
    private readonly ConcurrentQueue<string> _complaints = new();
    private int _framesSent;

    internal WatchedPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" || message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
            {
                _complaints.Enqueue($"{message.Type}: {message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue("page error: " + error);
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" or "ws" or "wss", IsLoopback: false })
            {
                _complaints.Enqueue("request to the outside: " + request.Url);
            }
        };
        page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) =>
        {
            if (!IsPing(frame))
            {
                Interlocked.Increment(ref _framesSent);
            }
        };
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>WebSocket frames the client has sent, SignalR's ping aside.</summary>
    public int FramesSent => Volatile.Read(ref _framesSent);

    /// <summary>Waits until the frame answers keys: a round trip after it is drawn, and tests are faster than hands.</summary>
    public Task WaitForKeysAsync() => Page.WaitForFunctionAsync("() => document.documentElement.dataset.keys === 'ready' && document.querySelector('[role=search][data-ready]') !== null");

    /// <summary>Fails if the page complained about anything.</summary>
    /// <param name="except">Complaints that are meant, such as the status of a page that is not there.</param>
    public void AssertQuiet(Regex? except = null) => Assert.DoesNotContain(_complaints, complaint => except?.IsMatch(complaint) is not true);

    /// <summary>Leaves a picture of the page in the test's output folder.</summary>
    public async Task<string> ScreenshotAsync(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "screenshots", name + ".png");
        await Page.ScreenshotAsync(new() { Path = path });
        return path;
    }

    /// <summary>Controls and headings that can be seen lie beside each other, not on each other: those of the dialog, where there is one.</summary>
    public Task AssertNothingOverlapsAsync() => AssertNothingOverlapsAsync(Page);

    /// <inheritdoc cref="AssertNothingOverlapsAsync()"/>
    public static async Task AssertNothingOverlapsAsync(IPage page)
    {
        var overlapping = await page.EvaluateAsync<string[]>(
            """
            () => {
              // What is seen of an element inside all that scrolls or clips.
              const seen = (element) => {
                const own = element.getBoundingClientRect();
                const box = { left: own.left, top: own.top, right: own.right, bottom: own.bottom };
                for (let outer = element.parentElement; outer; outer = outer.parentElement) {
                  if (getComputedStyle(outer).overflow !== 'visible') {
                    const clip = outer.getBoundingClientRect();
                    Object.assign(box, { left: Math.max(box.left, clip.left), top: Math.max(box.top, clip.top), right: Math.min(box.right, clip.right), bottom: Math.min(box.bottom, clip.bottom) });
                  }
                }
                return box;
              };
              const top = document.querySelector('.mud-dialog') ?? document.querySelector('main');
              const all = [...top.querySelectorAll('button, input, select, textarea, summary, h1, h2, h3')]
                .filter((element) => !element.matches('.ll-hidden, .mud-select-input, .mud-input-numeric-spin *') && element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
                .map((element) => ({ element, box: seen(element) }))
                .filter(({ box }) => box.right - box.left > 2 && box.bottom - box.top > 2);
              const found = [];
              all.forEach((one, at) => all.slice(at + 1).forEach((other) => {
                const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
                const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
                if (width > 2 && height > 2 && !one.element.contains(other.element) && !other.element.contains(one.element)) {
                  found.push(`${one.element.outerHTML.slice(0, 160)} and ${other.element.outerHTML.slice(0, 160)}: ${Math.round(width)} x ${Math.round(height)} px`);
                }
              }));
              return found;
            }
            """);
        Assert.True(overlapping.Length == 0, string.Join('\n', overlapping));
    }

    // SignalR's hub protocol over MessagePack: a length prefix of 2, then the array [6].
    private static bool IsPing(IWebSocketFrame frame) => frame.Binary is { Length: 3 } bytes && bytes[0] == 0x02 && bytes[1] == 0x91 && bytes[2] == 0x06;
}
