using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Speed;

/// <summary>Measures the explorer in Chromium as a person meets it, on the demo and on an analysis of the size of LLaVA-1.5.</summary>
internal static partial class SpeedCommand
{
    private const int Opened = 5;
    private const int Moves = 240;

    // What is noted in the page: when the link was clicked and when the picture could first be pointed at; for every pointer move and key the time until the
    // frame that answers it was handed over for painting (a message posted from the frame runs after it); and the frames of a scroll.
    private const string Probe = """
        window.speed = { pointer: [], key: [], frames: [] };
        document.addEventListener('click', () => { speed.clicked = performance.now(); speed.ready = undefined; }, { capture: true });
        const grid = () => document.querySelector("canvas[aria-roledescription='picture with patches']");
        const watch = () => {
          if (speed.clicked !== undefined && speed.ready === undefined && location.pathname.startsWith('/analyses/') && /\d+ patches/.test(grid()?.getAttribute('aria-label') ?? '')) {
            speed.ready = performance.now();
          }
          requestAnimationFrame(watch);
        };
        requestAnimationFrame(watch);
        const painted = (list) => {
          const start = performance.now();
          requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = () => list.push(performance.now() - start); channel.port2.postMessage(0); });
        };
        window.addEventListener('pointermove', () => painted(speed.pointer));
        window.addEventListener('keydown', () => painted(speed.key));
        """;

    /// <summary>Measures and prints; 0 if everything could be measured.</summary>
    internal static async Task<int> RunAsync()
    {
        var cancellationToken = CancellationToken.None;
        var columns = new List<(string Name, Dictionary<string, string> Cells)>();
        var crowd = string.Empty;
        var folder = DashboardProcess.NewDataFolder();
        try
        {
            await using (var demo = await DashboardProcess.StartAsync(folder, cancellationToken))
            {
                var runs = await demo.WaitForAsync("/api/runs", answer => answer.GetProperty("items").GetArrayLength() > 0, TimeSpan.FromSeconds(60), cancellationToken);
                var run = runs.GetProperty("items")[0].GetProperty("id").GetString()!;
                var analyses = await demo.WaitForAsync($"/api/runs/{run}/analyses?state=done", answer => answer.GetProperty("items").GetArrayLength() == 12, TimeSpan.FromMinutes(3), cancellationToken);
                var ids = analyses.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt64()).ToList();
                columns.Add(("demo, 600 × 13", Together(await MeasureAsync(demo, run), await CompareSpeed.MeasureAsync(demo, ids[0], ids[1]))));
                crowd = await Crowd.MeasureAsync(demo, [.. analyses.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt64())]);
            }

            Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
            await LargeAnalysis.WriteAsync(folder, Opened + 1, 10, cancellationToken);
            await using var large = await DashboardProcess.StartAsync(folder, cancellationToken);
            var known = await large.WaitForAsync("/api/runs", answer => answer.GetProperty("items").GetArrayLength() > 0, TimeSpan.FromSeconds(60), cancellationToken);
            var made = known.GetProperty("items")[0].GetProperty("id").GetString()!;
            var pair = (await large.GetAsync($"/api/runs/{made}/analyses", cancellationToken)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt64()).Take(2).ToList();
            columns.Add(("593 × 33, k = 10", Together(await MeasureAsync(large, made), await CompareSpeed.MeasureAsync(large, pair[0], pair[1]))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Print(columns);
        Console.WriteLine();
        Console.WriteLine(crowd);
        return 0;
    }

    private static async Task<Dictionary<string, string>> MeasureAsync(DashboardProcess dashboard, string run)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 900);
        var page = watched.Page;
        await page.AddInitScriptAsync(Probe);
        var weight = await WeighAsync(page);

        // The first opening is cold: nothing of the explorer is in the cache yet.
        var times = new List<double>();
        for (var opening = 0; opening <= Opened; opening++)
        {
            await page.GotoAsync(new Uri(dashboard.Address, $"/runs/{run}").ToString());
            var links = page.Locator("a[href^='/analyses/']");
            await Assertions.Expect(links.First).ToBeVisibleAsync();
            await page.WaitForTimeoutAsync(800);
            weight.Clear();
            await links.Nth(opening).ClickAsync();
            await page.WaitForFunctionAsync("() => speed.ready !== undefined");
            times.Add(await page.EvaluateAsync<double>("() => speed.ready - speed.clicked"));
            if (opening == 0)
            {
                await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
                weight.Keep();
            }
        }

        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await page.WaitForTimeoutAsync(1500);
        var explorer = new ExplorerPage(watched);
        var framesBefore = watched.FramesSent;
        var picture = await HoverAsync(explorer, explorer.Picture);
        var table = await HoverAsync(explorer, explorer.Table);
        var frames = watched.FramesSent - framesBefore;
        var layer = await ChangeLayersAsync(page);
        var scroll = await ScrollAsync(explorer);
        watched.AssertQuiet();
        return new Dictionary<string, string>
        {
            ["explorer ready after the click, first time"] = Milliseconds(times[0]),
            ["explorer ready after the click, median of 5 more"] = Milliseconds(Median(times.Skip(1))),
            ["pointer → inspector, median (95 %)"] = Spread(picture),
            ["pointer → table's tooltip, median (95 %)"] = Spread(table),
            ["WebSocket frames of 480 moves"] = frames.ToString(CultureInfo.InvariantCulture),
            ["layer change, median (95 %)"] = Spread(layer),
            ["table scroll, longest time without a frame"] = Milliseconds(scroll.Max()),
            ["transferred beyond the frame, first time"] = string.Create(CultureInfo.InvariantCulture, $"{weight.Kept / 1e6:0.00} MB"),
        };
    }

    private static async Task<List<double>> HoverAsync(ExplorerPage explorer, ILocator canvas)
    {
        await explorer.Page.EvaluateAsync("() => { speed.pointer = []; }");
        for (var move = 0; move < Moves; move++)
        {
            await explorer.PointAsync(canvas, 0.3 + (0.4 * (move % 20) / 20), 0.3 + (0.5 * (move / 20) / (Moves / 20)));
        }

        await explorer.Page.WaitForTimeoutAsync(100);
        return await NumbersAsync(explorer.Page, "speed.pointer");
    }

    private static async Task<List<double>> ChangeLayersAsync(IPage page)
    {
        await page.EvaluateAsync("() => { document.activeElement?.blur(); speed.key = []; }");
        for (var step = 0; step < 60; step++)
        {
            await page.Keyboard.PressAsync(step / 10 % 2 == 0 ? "[" : "]");
            await page.WaitForTimeoutAsync(40);
        }

        return await NumbersAsync(page, "speed.key");
    }

    private static async Task<List<double>> ScrollAsync(ExplorerPage explorer)
    {
        await explorer.PointAsync(explorer.Table, 0.5, 0.6);

        // The canvas is drawn in the same frame as the scroll event: a frame that comes late is the only blank there can be.
        await explorer.Page.EvaluateAsync("() => { speed.frames = []; let last = performance.now(); const step = (now) => { speed.frames.push(performance.now() - last); last = performance.now(); speed.stop || requestAnimationFrame(step); }; requestAnimationFrame(step); }");
        for (var turn = 0; turn < 80; turn++)
        {
            await explorer.Page.Mouse.WheelAsync(0, turn < 40 ? 240 : -240);
            await explorer.Page.WaitForTimeoutAsync(16);
        }

        await explorer.Page.EvaluateAsync("() => { speed.stop = true; }");
        return await NumbersAsync(explorer.Page, "speed.frames");
    }

    private static async Task<Weight> WeighAsync(IPage page)
    {
        var weight = new Weight();
        var session = await page.Context.NewCDPSessionAsync(page);
        session.Event("Network.responseReceived").OnEvent += (_, message) => weight.Name(message!.Value.GetProperty("requestId").GetString()!, message.Value.GetProperty("response").GetProperty("url").GetString()!);
        session.Event("Network.loadingFinished").OnEvent += (_, message) => weight.Add(message!.Value.GetProperty("requestId").GetString()!, message.Value.GetProperty("encodedDataLength").GetDouble());
        await session.SendAsync("Network.enable");
        return weight;
    }

    private static async Task<List<double>> NumbersAsync(IPage page, string list) =>
        [.. (await page.EvaluateAsync<JsonElement>($"() => {list}")).EnumerateArray().Select(value => value.GetDouble())];

    private static void Print(List<(string Name, Dictionary<string, string> Cells)> columns)
    {
        string[] limits = ["≤ 1 s", "≤ 1 s", "≤ 16 ms", "≤ 16 ms", "0", "≤ 33 ms", "≤ 100 ms", "≤ 1.5 MB", .. CompareSpeed.Rows.Select(row => row.Limit)];
        Console.WriteLine($"| | limit | {string.Join(" | ", columns.Select(column => column.Name))} |");
        Console.WriteLine($"|---|---|{string.Concat(Enumerable.Repeat("---|", columns.Count))}");
        foreach (var (name, at) in columns[0].Cells.Keys.Select((name, at) => (name, at)))
        {
            Console.WriteLine($"| {name} | {limits[at]} | {string.Join(" | ", columns.Select(column => column.Cells[name]))} |");
        }
    }

    private static Dictionary<string, string> Together(Dictionary<string, string> first, Dictionary<string, string> second) => first.Concat(second).ToDictionary();

    private static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    private static double Quantile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted[(int)Math.Min(sorted.Count - 1, share * sorted.Count)];
    }

    private static string Spread(List<double> values) => string.Create(CultureInfo.InvariantCulture, $"{Median(values):0.0} ms ({Quantile(values, 0.95):0.0} ms)");

    private static string Milliseconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0} ms");

    /// <summary>Bytes on the wire, the frame's own files (Blazor, MudBlazor, the layout) left out.</summary>
    private sealed partial class Weight
    {
        private readonly Dictionary<string, string> _urls = [];
        private double _bytes;

        internal double Kept { get; private set; }

        internal void Name(string request, string url) => _urls[request] = url;

        internal void Add(string request, double bytes)
        {
            if (_urls.TryGetValue(request, out var url) && OfTheExplorer().IsMatch(new Uri(url).AbsolutePath))
            {
                _bytes += bytes;
            }
        }

        internal void Clear() => _bytes = 0;

        internal void Keep() => Kept = _bytes;

        [GeneratedRegex("^/(api|js/explorer|css/explorer)")]
        private static partial Regex OfTheExplorer();
    }
}
