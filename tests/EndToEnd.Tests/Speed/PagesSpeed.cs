using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Speed;

/// <summary>Measures, in Chromium and as a person meets them, the pages over many analyses: statistics, a report, the atlas.</summary>
internal static partial class PagesSpeed
{
    private const int Opened = 5;

    // Every figure that can be drawn is; every tile in sight is lit.
    private const string FiguresReady = "() => { const all = [...document.querySelectorAll('figure.st-figure')]; return all.length > 8 && all.every(f => f.querySelector('.st-chart svg') || /:|\\./.test(f.querySelector('.st-sample').textContent)) && document.querySelector('figure[data-chart=map] svg'); }";
    private const string TilesReady = "() => { const seen = [...document.querySelectorAll('.la-tile')].filter(t => t.getBoundingClientRect().top < innerHeight); return seen.length > 0 && seen.every(t => t.querySelector('canvas').dataset.lit); }";

    // As many analyses as the atlas shows on a page, and a report's run of some size.
    private const int Large = 48;

    /// <summary>Measures and prints; 0 if everything could be measured.</summary>
    internal static async Task<int> RunAsync()
    {
        var demo = await OfAsync(folder => Task.CompletedTask, 12);
        var large = await OfAsync(folder => LargeAnalysis.WriteAsync(folder, Large, 10, CancellationToken.None), Large);
        Console.WriteLine($"| | limit | demo, 12 × 600 × 13 | {Large} × 593 × 33, k = 10 |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (name, value) in demo)
        {
            Console.WriteLine($"| {name} | {(name.Contains("transferred", StringComparison.Ordinal) ? "≤ 1.5 MB" : "≤ 1 s")} | {value} | {large[name]} |");
        }

        return 0;
    }

    private static async Task<IReadOnlyDictionary<string, string>> OfAsync(Func<string, Task> prepare, int done)
    {
        var folder = DashboardProcess.NewDataFolder();
        try
        {
            await prepare(folder);
            await using var dashboard = await DashboardProcess.StartAsync(folder, CancellationToken.None);
            var runs = await dashboard.WaitForAsync("/api/runs", answer => answer.GetProperty("items").GetArrayLength() > 0, TimeSpan.FromSeconds(60), CancellationToken.None);
            var run = runs.GetProperty("items")[0].GetProperty("id").GetString()!;
            await dashboard.WaitForAsync($"/api/runs/{run}", answer => answer.GetProperty("counts").GetProperty("done").GetInt32() == done, TimeSpan.FromMinutes(3), CancellationToken.None);
            return await MeasureAsync(dashboard, run);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Names and values, in the order of the table.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> MeasureAsync(DashboardProcess dashboard, string run)
    {
        var found = await dashboard.GetAsync($"/api/tokens?run={run}&places=patch&take=1", CancellationToken.None);
        var token = found.GetProperty("items")[0];
        var tokens = $"tokens={token.GetProperty("id").GetInt32()}&checkpoint={token.GetProperty("checkpointHash").GetString()}";
        var cells = new Dictionary<string, string>();
        foreach (var (name, path, ready) in ((string, string, string)[])[
            ("statistics", $"/runs/{run}/statistics", FiguresReady), ("report", $"/runs/{run}/report", FiguresReady), ("atlas", $"/atlas?{tokens}", TilesReady)])
        {
            await using var browser = await Browser.StartAsync();
            var watched = await browser.OpenAsync(1280, 900);
            var page = watched.Page;
            long bytes = 0;
            var urls = new Dictionary<string, string>();
            var session = await page.Context.NewCDPSessionAsync(page);
            session.Event("Network.responseReceived").OnEvent += (_, message) => urls[message!.Value.GetProperty("requestId").GetString()!] = message.Value.GetProperty("response").GetProperty("url").GetString()!;
            session.Event("Network.loadingFinished").OnEvent += (_, message) =>
            {
                if (urls.TryGetValue(message!.Value.GetProperty("requestId").GetString()!, out var url) && OfTheView().IsMatch(new Uri(url).AbsolutePath))
                {
                    bytes += (long)message.Value.GetProperty("encodedDataLength").GetDouble();
                }
            };
            await session.SendAsync("Network.enable");
            var times = new List<double>();
            for (var opening = 0; opening <= Opened; opening++)
            {
                await page.GotoAsync(new Uri(dashboard.Address, "/data").ToString());
                await Assertions.Expect(page.Locator("h1")).ToBeVisibleAsync();
                await page.WaitForTimeoutAsync(800);
                times.Add(await page.EvaluateAsync<double>(
                    """
                    ([path, ready]) => new Promise(resolve => {
                      const isReady = eval(ready), start = performance.now();
                      const look = () => isReady() ? resolve(performance.now() - start) : requestAnimationFrame(look);
                      Blazor.navigateTo(path);
                      requestAnimationFrame(look);
                    })
                    """.Replace("eval(ready)", ready, StringComparison.Ordinal),
                    new[] { path, ready }));
                if (opening == 0)
                {
                    await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
                    cells[$"{name}, transferred beyond the frame, first time"] = string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.00} MB");
                }
            }

            watched.AssertQuiet();
            cells[$"{name} ready, first time"] = Milliseconds(times[0]);
            cells[$"{name} ready, median of {Opened} more"] = Milliseconds(times.Skip(1).Order().ElementAt(Opened / 2));
        }

        var api = $"/api/tokens/patches?token={token.GetProperty("id").GetInt32()}&checkpoint={token.GetProperty("checkpointHash").GetString()}&places=patch&take=48";
        var answers = new List<double>();
        JsonElement last = default;
        for (var asked = 0; asked <= Opened; asked++)
        {
            var start = Stopwatch.GetTimestamp();
            last = await dashboard.GetAsync(api, CancellationToken.None);
            answers.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        cells[$"/api/tokens/patches of a page of tiles, median"] = $"{Milliseconds(answers.Skip(1).Order().ElementAt(Opened / 2))} ({last.GetProperty("items").GetArrayLength()} pictures)";
        return cells;
    }

    private static string Milliseconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0} ms");

    [GeneratedRegex("^/(api|vendor|js/(explorer|statistics|atlas)|css/(statistics|atlas))")]
    private static partial Regex OfTheView();
}
