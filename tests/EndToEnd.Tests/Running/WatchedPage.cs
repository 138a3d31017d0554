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

    // SignalR's hub protocol over MessagePack: a length prefix of 2, then the array [6].
    private static bool IsPing(IWebSocketFrame frame) => frame.Binary is { Length: 3 } bytes && bytes[0] == 0x02 && bytes[1] == 0x91 && bytes[2] == 0x06;
}
