using System.Diagnostics;
using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Exchange;

/// <summary>Exported pages opened from a disk, with no server behind them: an analysis of a crop, one of tiles, an earlier tool's readings.</summary>
public sealed class ExportedPageTests : IDisposable
{
    private readonly string _folder = DashboardProcess.NewDataFolder();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Page_OfTheDemo_HoversSearchesAndChangesTheLayer()
    {
        var demo = Path.Combine(DashboardProcess.RepositoryRoot, "src", "Dashboard", "Demo");
        await RunAsync("analyze", "--images", Path.Combine(demo, "pictures", "garden.jpg"), "--checkpoint", Path.Combine(demo, "checkpoint"), "--answer", "12", "--out", _folder);

        await ReadAsync(Path.Combine(_folder, "garden.html"), "576 patches", "sunflower", "exported-demo", async explorer =>
        {
            await Assertions.Expect(explorer.Page.GetByRole(AriaRole.Region, new() { Name = "Answer" })).ToContainTextAsync("cat");
            await Assertions.Expect(explorer.Inspector).ToContainTextAsync(new Regex("entropy \\d"));
        });
    }

    [Fact]
    public async Task Page_OfAPictureInTiles_HoversSearchesAndChangesTheLayer()
    {
        var goldens = Path.GetFullPath(Path.Combine(DashboardProcess.RepositoryRoot, "..", "shared", "goldens"));
        Assert.SkipUnless(Directory.Exists(goldens), $"The folder {goldens} with checkpoints of the tiled kind is not here.");
        await RunAsync("analyze", "--images", Path.Combine(goldens, "pictures", "wide.png"), "--checkpoint", Path.Combine(goldens, "llava-next", "checkpoint"), "--answer", "2", "--out", _folder);

        await ReadAsync(Path.Combine(_folder, "wide.html"), "patches", "a", "exported-tiles", explorer => Assertions.Expect(explorer.Inspector).ToContainTextAsync(new Regex("patch .*r\\d+ c\\d+")));
    }

    [Fact]
    public async Task Page_OfAnEarlierToolsReadings_HoversSearchesAndChangesTheLayer()
    {
        Assert.SkipUnless(Directory.Exists(ImportedDashboard.Pages), $"The folder {ImportedDashboard.Pages} with real pages of an earlier tool is not here.");
        await RunAsync("import", Path.Combine(ImportedDashboard.Pages, "city1.html"), "--data", _folder);
        var file = Path.Combine(_folder, "exported.html");
        await RunAsync("export", "--data", _folder, "--analysis", "1", "--format", "html", "--out", file);

        await ReadAsync(file, "576 patches", "sky", "exported-import", async explorer =>
        {
            await Assertions.Expect(explorer.Inspector).ToContainTextAsync("double-normed");
            await Assertions.Expect(explorer.Inspector).ToContainTextAsync("entropy not in the file");
            await Assertions.Expect(explorer.Inspector).Not.ToContainTextAsync("NaN");
        });
    }

    // What a reader does with a page, the same for each, in both themes; then what is special to it, with a patch pointed at in the last layer.
    private static async Task ReadAsync(string file, string patches, string word, string shot, Func<ExplorerPage, Task> look)
    {
        Assert.InRange(new FileInfo(file).Length, 50_000, 800_000);
        await using var browser = await Browser.StartAsync();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            var explorer = new ExplorerPage(await browser.OpenAsync(1280, 900, scheme));
            await explorer.Page.GotoAsync(new Uri(file).AbsoluteUri);
            await Assertions.Expect(explorer.Picture).ToHaveAttributeAsync("aria-label", new Regex(patches));

            await explorer.PointAsync(explorer.Picture, 0.5, 0.5);
            await Assertions.Expect(explorer.Inspector).ToContainTextAsync(new Regex("patch .*r\\d+ c\\d+"));
            await Assertions.Expect(explorer.Inspector).Not.ToContainTextAsync("shown: ");

            await Assertions.Expect(explorer.Table).ToHaveAttributeAsync("aria-rowcount", new Regex("[1-9]"));
            var all = await RowsAsync(explorer);
            var search = explorer.Page.GetByLabel("Find a token among those read");
            await search.FillAsync(word);
            await Assertions.Expect(explorer.Table).Not.ToHaveAttributeAsync("aria-rowcount", $"{all}");
            Assert.InRange(await RowsAsync(explorer), 1, all - 1);
            await search.FillAsync(string.Empty);
            await explorer.Picture.FocusAsync();

            await explorer.Page.Keyboard.PressAsync("[");
            await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex("#.*layer=\\d+"));
            await explorer.Page.Keyboard.PressAsync("b");
            await Assertions.Expect(explorer.Page).Not.ToHaveURLAsync(new Regex("layer="));
            for (var step = 0; step < 33; step++)
            {
                await explorer.Page.Keyboard.PressAsync("]");
            }

            await explorer.PointAsync(explorer.Picture, 0.45, 0.55);
            await Assertions.Expect(explorer.Inspector).ToContainTextAsync("patch");
            await look(explorer);
            await explorer.Watched.ScreenshotAsync($"{shot}-{(scheme == ColorScheme.Dark ? "dark" : "light")}");
            explorer.Watched.AssertQuiet();
        }
    }

    private static async Task<int> RowsAsync(ExplorerPage explorer) =>
        int.Parse((await explorer.Table.GetAttributeAsync("aria-rowcount"))!, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(DashboardProcess.Program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Token);
        var errors = process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, await output + await errors);
    }
}
