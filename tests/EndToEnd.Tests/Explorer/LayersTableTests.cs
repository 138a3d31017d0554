using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Explorer;

/// <summary>The layers table: its filters, its comparison of two layers, its way to the clipboard.</summary>
public sealed class LayersTableTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    [Fact]
    public async Task Filters_TokenKindAndProbability_LeaveTheRowsThatPass()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"));
        var all = await RowsAsync(explorer);

        await explorer.Page.Keyboard.PressAsync("/");
        await explorer.Page.Keyboard.TypeAsync("cat");
        await explorer.Page.GetByLabel("How the token is matched").SelectOptionAsync("exact");
        var cats = await RowsAsync(explorer);
        Assert.InRange(cats, 10, all - 100);

        await explorer.Page.GetByLabel("Least probability").FillAsync("0.9");
        var sure = await RowsAsync(explorer);
        Assert.InRange(sure, 5, cats - 1);
        await explorer.Page.GetByLabel("Rows shown").SelectOptionAsync("patches");
        Assert.InRange(await RowsAsync(explorer), 5, sure);
        await explorer.Watched.ScreenshotAsync("layers-filtered");

        await explorer.Page.GetByLabel("Find a token among those read").FillAsync("(a+)+$");
        await explorer.Page.GetByLabel("How the token is matched").SelectOptionAsync("regex");
        await Assertions.Expect(explorer.Layers).ToContainTextAsync("can take for ever");
        await explorer.Page.GetByLabel("Find a token among those read").FillAsync("^␣(cat|sunflower)$");
        Assert.InRange(await RowsAsync(explorer), sure, all);
        await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex("match=regex.*least=0.9"));
        explorer.Watched.AssertQuiet();
    }

    [Theory]
    [InlineData("before", 4)]
    [InlineData("patches", 576)]
    public async Task Filters_PositionKind_CountsAsThePromptSays(string kind, int rows)
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), $"?rows={kind}");

        Assert.Equal(rows, await RowsAsync(explorer));
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task Compare_TwoLayers_PutsTheMostChangedFirst()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"), "?layer=3&rows=patches");

        await explorer.Page.GetByRole(AriaRole.Button, new() { Name = "compare", Exact = true }).ClickAsync();

        await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex("pair=3-12"));
        await Assertions.Expect(explorer.Layers).ToContainTextAsync(new Regex("\\d+ of 576 read another token"));
        await Assertions.Expect(explorer.Table).ToHaveAttributeAsync("aria-label", new Regex("the most changed first"));
        await explorer.Watched.ScreenshotAsync("layers-compared");

        var lines = await TsvAsync(explorer);
        var head = lines[0].Split('\t');
        var changes = lines.Skip(1).Select(line => line.Split('\t')).Select(cells => (Changed: cells[Array.IndexOf(head, "3 token")] != cells[Array.IndexOf(head, "12 token")], Amount: double.Parse(cells[^1], System.Globalization.CultureInfo.InvariantCulture))).ToList();
        Assert.Equal(576, changes.Count);
        Assert.Equal(changes.OrderByDescending(change => change.Changed).ThenByDescending(change => change.Amount), changes);
        Assert.InRange(changes.Count(change => change.Changed), 1, 575);
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task CopyTsv_WholeTable_HoldsWhatTheApiSays()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var browser = await Browser.StartAsync();
        var analysis = demo.AnalysisOf("garden.jpg");
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, analysis, "?columns=9-12");

        var lines = await TsvAsync(explorer);

        var manifest = await demo.Dashboard.GetAsync($"/api/analyses/{analysis}", cancellationToken);
        Assert.Equal(manifest.GetProperty("positions").GetArrayLength(), lines.Count - 1);
        Assert.Equal(5 + (4 * 3), lines[0].Split('\t').Length);
        Assert.All(lines, line => Assert.Equal(5 + (4 * 3), line.Split('\t').Length));
        Assert.Contains(lines, line => line.Contains("␣sunflower", StringComparison.Ordinal));
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task GoTo_RowAndColumn_LocksThePatchAndShowsItsRow()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"));

        var go = explorer.Page.GetByLabel("Go to a patch");
        await go.FillAsync("12 5");
        await go.PressAsync("Enter");

        await Assertions.Expect(explorer.Inspector).ToContainTextAsync("patch r12 c5");
        await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex("lock="));
        Assert.True(await explorer.Page.EvaluateAsync<double>("() => document.querySelector('.lx-table').scrollTop") > 2000);
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task Keys_OnTheTable_DescribeTheCellToAssistiveTechnology()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("garden.jpg"));

        await explorer.Table.FocusAsync();
        await explorer.Page.Keyboard.PressAsync("ArrowDown");
        await explorer.Page.Keyboard.PressAsync("ArrowDown");
        await explorer.Page.Keyboard.PressAsync("ArrowRight");

        var described = await explorer.Table.EvaluateAsync<string>("grid => document.getElementById(grid.getAttribute('aria-activedescendant')).textContent");
        Assert.Matches("prompt token .+ at position \\d+, layer \\d+: .+ \\d\\.\\d{3}", described);
        await Assertions.Expect(explorer.Page.Locator(".lx-live")).ToContainTextAsync("at layer");
        await Assertions.Expect(explorer.Table).ToHaveRoleAsync(AriaRole.Grid);
        explorer.Watched.AssertQuiet();
    }

    private static async Task<int> RowsAsync(ExplorerPage explorer)
    {
        await explorer.Page.WaitForTimeoutAsync(150);
        return int.Parse((await explorer.Table.GetAttributeAsync("aria-rowcount"))!, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<List<string>> TsvAsync(ExplorerPage explorer)
    {
        await explorer.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await explorer.Page.GetByRole(AriaRole.Button, new() { Name = "TSV" }).ClickAsync();
        await Assertions.Expect(explorer.Page.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToBeVisibleAsync();
        var text = await explorer.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        return [.. text.TrimEnd('\n').Split('\n')];
    }
}
