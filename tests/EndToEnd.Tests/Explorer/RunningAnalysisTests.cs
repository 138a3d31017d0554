using System.Globalization;
using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Explorer;

/// <summary>An analysis is looked at while it is computed.</summary>
public sealed partial class RunningAnalysisTests
{
    private const int Blocks = 96;

    [Fact]
    public async Task Explorer_WhileTheLayersAreComputed_ReadsTheFirstOnesAndFillsUp()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = DashboardProcess.NewDataFolder();
        try
        {
            var checkpoint = Path.Combine(folder, "deep");
            DeepCheckpoint.Write(checkpoint, Blocks);
            await using var dashboard = await DashboardProcess.StartAsync(folder, cancellationToken);
            await using var browser = await Browser.StartAsync();
            var explorer = new ExplorerPage(await browser.OpenAsync(1280, 900));
            var analysis = await QueueAsync(explorer.Page, dashboard, checkpoint, cancellationToken);

            // Opened while it waits; what it shows from then on comes by itself.
            await explorer.Page.GotoAsync(new Uri(dashboard.Address, $"/analyses/{analysis}").ToString());
            var status = explorer.Page.Locator(".lx-status");
            await Assertions.Expect(status).ToHaveTextAsync(SomeLayers(), new() { Timeout = 120_000 });
            await explorer.PointAsync(explorer.Picture, 0.5, 0.5);
            await Assertions.Expect(explorer.Inspector.GetByRole(AriaRole.List, new() { Name = "Top tokens" }).GetByRole(AriaRole.Listitem).First).ToBeVisibleAsync();
            var read = SomeLayers().Match(await status.InnerTextAsync());
            Assert.True(read.Success, "The last layer was there before the first reading could be pointed at.");
            Assert.InRange(int.Parse(read.Groups[1].Value, CultureInfo.InvariantCulture), 1, Blocks);
            Assert.Equal("running", (await dashboard.GetAsync($"/api/analyses/{analysis}", cancellationToken)).GetProperty("state").GetString(), ignoreCase: true);
            await explorer.Watched.ScreenshotAsync("explorer-running");

            await Assertions.Expect(status).ToHaveTextAsync(string.Empty, new() { Timeout = 120_000 });
            Assert.Equal("done", (await dashboard.GetAsync($"/api/analyses/{analysis}", cancellationToken)).GetProperty("state").GetString(), ignoreCase: true);
            explorer.Watched.AssertQuiet();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Queues the twelve demo pictures by the form; returns the last one's analysis, which others go before.</summary>
    private static async Task<long> QueueAsync(IPage page, DashboardProcess dashboard, string checkpoint, CancellationToken cancellationToken)
    {
        await page.GotoAsync(new Uri(dashboard.Address, "/runs/new").ToString());
        await page.WaitForFunctionAsync("() => document.querySelector('input[type=file]')?._blazorInputFileNextFileId !== undefined");
        await page.GetByText("Another folder").ClickAsync();
        await page.GetByLabel("Folder on the server").FillAsync(checkpoint);
        await page.GetByRole(AriaRole.Button, new() { Name = "Check", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText($"layers emb and 1–{Blocks}")).ToBeVisibleAsync();
        var pictures = Directory.EnumerateFiles(Path.Combine(DashboardProcess.RepositoryRoot, "src", "Dashboard", "Demo", "pictures"))
            .Where(file => !file.EndsWith(".json", StringComparison.Ordinal)).ToArray();
        await page.Locator("input[type=file]").First.SetInputFilesAsync(pictures);
        await Assertions.Expect(page.GetByText($"{pictures.Length} images").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^(start|queue)", RegexOptions.IgnoreCase) }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/runs/[0-9a-f-]{32,36}"));
        var run = page.Url.Split('/')[^1];
        var analyses = await dashboard.GetAsync($"/api/runs/{run}/analyses", cancellationToken);
        return analyses.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt64()).Max();
    }

    [GeneratedRegex($@"^([1-9]\d*)/97 layers$")]
    private static partial Regex SomeLayers();
}
