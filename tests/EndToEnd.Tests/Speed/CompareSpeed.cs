using System.Globalization;
using System.Text.Json;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Speed;

/// <summary>Measures a comparison of two analyses in Chromium: from the click that leads to it until it can be pointed at, pointing, and changing the layer.</summary>
internal static class CompareSpeed
{
    private const int Opened = 5;
    private const int Moves = 240;

    // As in SpeedCommand: until the frame that answers was handed over for painting.
    private const string Probe = """
        window.compareSpeed = { pointer: [], key: [] };
        document.addEventListener('click', () => { compareSpeed.clicked = performance.now(); compareSpeed.ready = undefined; }, { capture: true });
        const watch = () => {
          if (compareSpeed.clicked !== undefined && compareSpeed.ready === undefined && location.pathname === '/compare'
            && document.querySelectorAll("canvas[aria-roledescription='picture with patches'][aria-label*=' patches']").length >= 2) {
            compareSpeed.ready = performance.now();
          }
          requestAnimationFrame(watch);
        };
        requestAnimationFrame(watch);
        const painted = (list) => {
          const start = performance.now();
          requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = () => list.push(performance.now() - start); channel.port2.postMessage(0); });
        };
        window.addEventListener('pointermove', () => painted(compareSpeed.pointer));
        window.addEventListener('keydown', () => painted(compareSpeed.key));
        """;

    /// <summary>The rows' names with their limits, in the order of the table.</summary>
    internal static readonly (string Name, string Limit)[] Rows =
    [
        ("comparison ready after the click, first time", "≤ 1 s"),
        ("comparison ready after the click, median of 5 more", "≤ 1 s"),
        ("comparison: pointer → tooltips of all pictures, median (95 %)", "≤ 16 ms"),
        ("comparison: WebSocket frames of 240 moves", "0"),
        ("comparison: layer change, median (95 %)", "≤ 33 ms"),
        ("comparison: layer change on the map of divergences, median (95 %)", "≤ 33 ms"),
    ];

    /// <summary>Measures two analyses.</summary>
    internal static async Task<Dictionary<string, string>> MeasureAsync(DashboardProcess dashboard, long first, long second)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 900);
        var page = watched.Page;
        await page.AddInitScriptAsync(Probe);
        var address = $"/compare?a={first},{second}";
        var times = new List<double>();
        for (var opening = 0; opening <= Opened; opening++)
        {
            await page.GotoAsync(new Uri(dashboard.Address, "/runs").ToString());
            await page.WaitForTimeoutAsync(800);

            // A click on a link of the program, wherever it is.
            await page.EvaluateAsync("url => { const link = document.createElement('a'); link.href = url; link.id = 'to-compare'; link.textContent = 'compare'; document.querySelector('main').append(link); }", address);
            await page.Locator("#to-compare").ClickAsync();
            await page.WaitForFunctionAsync("() => compareSpeed.ready !== undefined");
            times.Add(await page.EvaluateAsync<double>("() => compareSpeed.ready - compareSpeed.clicked"));
        }

        await Assertions.Expect(page.Locator(".lc-comparison[data-whole]")).ToBeAttachedAsync();
        await page.WaitForTimeoutAsync(1500);
        var frames = watched.FramesSent;
        var box = (await page.Locator("canvas[aria-roledescription='picture with patches']").First.BoundingBoxAsync())!;
        await page.EvaluateAsync("() => { compareSpeed.pointer = []; }");
        for (var move = 0; move < Moves; move++)
        {
            await page.Mouse.MoveAsync(box.X + (box.Width * (0.3f + (0.4f * (move % 20) / 20))), box.Y + (box.Height * (0.35f + (0.3f * (move / 20) / (Moves / 20)))));
        }

        await page.WaitForTimeoutAsync(100);
        var pointer = await NumbersAsync(page, "compareSpeed.pointer");
        frames = watched.FramesSent - frames;
        var layers = await LayersAsync(page);
        await page.GetByLabel("Difference map", new() { Exact = true }).SelectOptionAsync("kl");
        await page.WaitForTimeoutAsync(1500);
        var divergences = await LayersAsync(page);
        watched.AssertQuiet();
        return new Dictionary<string, string>
        {
            [Rows[0].Name] = Milliseconds(times[0]),
            [Rows[1].Name] = Milliseconds(times.Skip(1).Order().ElementAt(Opened / 2)),
            [Rows[2].Name] = Spread(pointer),
            [Rows[3].Name] = frames.ToString(CultureInfo.InvariantCulture),
            [Rows[4].Name] = Spread(layers),
            [Rows[5].Name] = Spread(divergences),
        };
    }

    private static async Task<List<double>> LayersAsync(IPage page)
    {
        await page.EvaluateAsync("() => { document.activeElement?.blur(); compareSpeed.key = []; }");
        for (var step = 0; step < 60; step++)
        {
            await page.Keyboard.PressAsync(step / 10 % 2 == 0 ? "[" : "]");
            await page.WaitForTimeoutAsync(40);
        }

        return await NumbersAsync(page, "compareSpeed.key");
    }

    private static async Task<List<double>> NumbersAsync(IPage page, string list) =>
        [.. (await page.EvaluateAsync<JsonElement>($"() => {list}")).EnumerateArray().Select(value => value.GetDouble())];

    private static string Spread(List<double> values)
    {
        var sorted = values.Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Count / 2]:0.0} ms ({sorted[Math.Min(sorted.Count - 1, (int)(0.95 * sorted.Count))]:0.0} ms)");
    }

    private static string Milliseconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0} ms");
}
