using System.Globalization;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Comparing;

/// <summary>Analyses beside each other, by what a person sees and does.</summary>
public sealed class CompareTests(ComparedDashboard compared) : IClassFixture<ComparedDashboard>
{
    private long Described => compared.AnalysisOf("garden.jpg", ComparedDashboard.Behind);

    private long AskedBefore => compared.AnalysisOf("garden.jpg", ComparedDashboard.Before);

    [Fact]
    public async Task Compare_TwoPromptsThatPartBehindThePicture_SaysThatPatchesAreTheSame()
    {
        await using var browser = await Browser.StartAsync();
        var (watched, page) = await OpenAsync(browser, $"{Described},{compared.AnalysisOf("garden.jpg", ComparedDashboard.OtherBehind)}");

        await Assertions.Expect(page.Locator(".lc-facts")).ToContainTextAsync("first differ at position 582");
        await Assertions.Expect(page.Locator(".lc-facts")).ToContainTextAsync("Checked: they are equal at every layer");
        await Assertions.Expect(page.Locator(".lc-equal")).ToContainTextAsync("every patch stands before position 582");
        await Assertions.Expect(page.Locator(".lc-difference strong")).ToHaveTextAsync("Another top token in 0 of 576 patches");

        // The words behind the picture are what differs.
        await Assertions.Expect(page.Locator(".lc-table tbody tr")).Not.ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".lc-table tbody th").First).Not.ToContainTextAsync(new Regex("^r\\d"));
        await watched.ScreenshotAsync("compare-equal");
        watched.AssertQuiet();
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(1920, ColorScheme.Light)]
    [InlineData(1920, ColorScheme.Dark)]
    public async Task Compare_TwoPromptsThatPartBeforeThePicture_ShowsWherePatchesDiffer(int width, ColorScheme scheme)
    {
        await using var browser = await Browser.StartAsync();
        var (watched, page) = await OpenAsync(browser, $"{Described},{AskedBefore}&map=kl&layer=9", width, scheme);

        await Assertions.Expect(page.Locator(".lc-facts")).ToContainTextAsync("no patch stands before it");
        await Assertions.Expect(page.Locator(".lc-difference strong")).ToContainTextAsync(new Regex("median ≥ \\d\\.\\d+ bit"));
        await Assertions.Expect(page.Locator(".lc-legend")).ToContainTextAsync("KL is a lower bound");

        // The table's first row is locked everywhere.
        var row = page.Locator(".lc-table tbody tr").First;
        await row.ClickAsync();
        await Assertions.Expect(row).ToHaveAttributeAsync("aria-selected", "true");
        await Assertions.Expect(page.Locator(".lc-here .lx-inspector-title")).ToHaveClassAsync(new Regex("lx-locked"));
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("lock=a\\d+"));
        await watched.ScreenshotAsync($"compare-{width}-{(scheme == ColorScheme.Dark ? "dark" : "light")}");
        await AssertAccessibleAsync(page);
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Compare_Numbers_AreThoseOfTheReadings()
    {
        await using var browser = await Browser.StartAsync();
        var (watched, page) = await OpenAsync(browser, $"{Described},{AskedBefore}&layer=12&rows=patches");

        // Straight from both analyses' summaries, without the comparison's modules.
        var expected = await page.EvaluateAsync<int>(
            """
            async ([first, second]) => {
              const { parseReadings } = await import('./js/explorer/readings.js');
              const of = async (id) => {
                const manifest = await (await fetch(`/api/analyses/${id}`)).json();
                const layer = parseReadings(await (await fetch(`/api/analyses/${id}/summary`)).arrayBuffer()).find((reading) => reading.layer === 12 && reading.first === 0);
                return manifest.positions.flatMap((position, index) => (position.kind === 'patch' ? [layer.ids[index]] : []));
              };
              const [a, b] = [await of(first), await of(second)];
              return a.filter((id, at) => id !== b[at]).length;
            }
            """,
            new[] { Described, AskedBefore });

        Assert.True(expected > 0);
        await Assertions.Expect(page.Locator(".lc-difference strong")).ToHaveTextAsync($"Another top token in {expected} of 576 patches");
        await Assertions.Expect(page.Locator(".lc-table")).ToHaveAttributeAsync("aria-rowcount", $"{expected + 1}");

        // All of them are there once they are scrolled to.
        for (var last = -1; await page.Locator(".lc-table tbody tr").CountAsync() is var count && count > last; last = count)
        {
            await page.Locator(".lc-table tbody tr").Last.ScrollIntoViewIfNeededAsync();
            await page.WaitForTimeoutAsync(100);
        }

        await Assertions.Expect(page.Locator(".lc-table tbody tr")).ToHaveCountAsync(expected);
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Pointer_OverOnePicture_IsFollowedInAllWithoutTheServer()
    {
        await using var browser = await Browser.StartAsync();
        var (watched, page) = await OpenAsync(browser, $"{Described},{AskedBefore}&layer=12");
        var pictures = page.Locator("canvas[aria-roledescription='picture with patches']");
        var box = (await pictures.Nth(2).BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
        await Assertions.Expect(page.Locator(".lx-tip:visible")).ToHaveCountAsync(3);
        var frames = watched.FramesSent;

        for (var step = 0; step < 12; step++)
        {
            await page.Mouse.MoveAsync(box.X + (box.Width / 2) + (step * 4), box.Y + (box.Height / 2) + (step * 3));
        }

        await Assertions.Expect(page.Locator(".lx-tip:visible")).ToHaveCountAsync(3);
        Assert.Equal(frames, watched.FramesSent);

        // Zooming one zooms all.
        await page.Mouse.WheelAsync(0, -240);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("view="));
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Keyboard_Alone_ComparesLocksAndChangesTheReference()
    {
        await using var browser = await Browser.StartAsync();
        var (watched, page) = await OpenAsync(browser, $"{Described},{AskedBefore}&layer=8");
        var first = page.Locator("canvas[aria-roledescription='picture with patches']").First;
        await first.FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(page.Locator(".lx-live")).ToHaveTextAsync(new Regex("^patch row \\d+ column \\d+: A .+ at layer 8; B .+ at layer 8\\. (another|the same) top token"));
        await Assertions.Expect(first).ToHaveAttributeAsync("aria-activedescendant", new Regex("lx-patch-cell-\\d+"));

        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("lock=a\\d+"));
        await page.Keyboard.PressAsync("]");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("layer=9"));
        await page.Keyboard.PressAsync("m");
        await Assertions.Expect(page.GetByLabel("Difference map", new() { Exact = true })).ToHaveValueAsync("confidence");
        await page.Keyboard.PressAsync(".");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("token=\\d+"));
        await page.Keyboard.PressAsync("r");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("reference=b"));
        await Assertions.Expect(page.Locator(".lc-difference .lc-letter-pair")).ToHaveTextAsync("A − B");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("lock="));

        // The table, by keys.
        await page.Locator(".lc-table tbody tr").First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".lc-table tbody tr").Nth(1)).ToHaveAttributeAsync("aria-selected", "true");
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Compare_FourAnalyses_HaveADifferenceEachAndCanBeTakenOut()
    {
        await using var browser = await Browser.StartAsync();
        var ids = string.Join(',', Described, AskedBefore, compared.AnalysisOf("harbour.jpg", ComparedDashboard.Behind), compared.AnalysisOf("garden.jpg", ComparedDashboard.OtherBehind));
        var (watched, page) = await OpenAsync(browser, ids + "&layer=9", 1920);

        await Assertions.Expect(page.Locator(".lc-difference:visible")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator(".lc-difference").Nth(2)).ToContainTextAsync("different pictures: patches are compared by row and column");
        await Assertions.Expect(page.GetByLabel("Compared with the reference")).ToBeVisibleAsync();
        await watched.ScreenshotAsync("compare-four");
        await AssertAccessibleAsync(page);

        await page.GetByRole(AriaRole.Button, new() { Name = "Remove C" }).ClickAsync();
        await Assertions.Expect(page.Locator(".lc-difference:visible")).ToHaveCountAsync(2);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"a={Described}(,|%2C)\\d+(,|%2C)\\d+&layer=9"));
        watched.AssertQuiet();
    }

    [Fact]
    public async Task CompareWith_InTheExplorer_SuggestsTheSamePictureFirst()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, compared.Dashboard.Address, Described, "?layer=9");
        await explorer.Page.GetByRole(AriaRole.Button, new() { Name = "Compare with" }).ClickAsync();
        var dialog = explorer.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.Locator("ul").First.GetByRole(AriaRole.Button)).ToHaveCountAsync(2);
        await explorer.Watched.ScreenshotAsync("compare-picker");

        await dialog.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("What is on the left") }).First.ClickAsync();

        await Assertions.Expect(explorer.Page).ToHaveURLAsync(new Regex($"/compare\\?a={Described},{AskedBefore}&layer=9"));
        await Assertions.Expect(explorer.Page.Locator(".lc-comparison[data-whole]")).ToBeAttachedAsync();
        explorer.Watched.AssertQuiet();
    }

    [Fact]
    public async Task Compare_TwoImportedPages_HaveNoEntropyAndAreComparedByCell()
    {
        Assert.SkipUnless(compared.HasImports, $"The folder {ImportedDashboard.Pages} with real pages of an earlier tool is not here: they have no licence to travel with the code.");
        await using var browser = await Browser.StartAsync();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            var (watched, page) = await OpenAsync(browser, $"{compared.ImportOf("city1")},{compared.ImportOf("holiday")}&map=confidence&layer=31&lock=a100", scheme: scheme);

            await Assertions.Expect(page.GetByLabel("Difference map", new() { Exact = true }).Locator("option[value=entropy]")).ToBeDisabledAsync();
            await Assertions.Expect(page.Locator(".lc-difference")).Not.ToContainTextAsync(new Regex("NaN"));
            await Assertions.Expect(page.Locator(".lc-difference:visible")).ToContainTextAsync("over 576 patches");
            await Assertions.Expect(page.Locator(".lc-here-facts")).ToContainTextAsync(new Regex("KL ≥ \\d"));
            await watched.ScreenshotAsync($"compare-imported-{(scheme == ColorScheme.Dark ? "dark" : "light")}");
            await AssertAccessibleAsync(page);
            watched.AssertQuiet();
        }
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1920, ColorScheme.Dark)]
    public async Task CompareRuns_TwoPrompts_ShowsLayersAndImagesAndLeadsToThePair(int width, ColorScheme scheme)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(width, 1200, scheme);
        var page = watched.Page;
        await page.GotoAsync(compared.At($"/runs/{compared.RunOf(ComparedDashboard.Behind)}"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare with another run" }).ClickAsync();
        await page.GetByRole(AriaRole.Row).Filter(new() { HasText = "What is on the left" }).GetByRole(AriaRole.Link).ClickAsync();

        await Assertions.Expect(page.Locator(".lc-run-facts")).ToContainTextAsync("3 images in both.");
        await Assertions.Expect(page.Locator(".lc-run-figures figure")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator(".lc-run-figures h3").First).ToContainTextAsync("The runs agree least at layer");
        await page.GetByLabel("Layer", new() { Exact = true }).SelectOptionAsync("9");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("layer=9"));
        var shares = (await page.Locator(".lc-run-pairs tbody td:nth-child(2)").AllTextContentsAsync()).Select(share => double.Parse(share.Replace(" %", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(3, shares.Count);
        Assert.Equal(shares.OrderDescending(), shares);
        await watched.ScreenshotAsync($"compare-runs-{width}");
        await AssertAccessibleAsync(page);

        // What the row says of a pair is what the pair's own page finds.
        await page.Locator(".lc-run-pairs tbody a").First.ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/compare\\?a=.*layer=9"));
        await Assertions.Expect(page.Locator(".lc-difference:visible strong")).ToHaveTextAsync($"Another top token in {Math.Round(shares[0] * 5.76)} of 576 patches");
        watched.AssertQuiet();
    }

    [Theory]
    [InlineData("/compare/runs?a={0}")]
    [InlineData("/compare/runs?a={0}&b={1}&layer=9")]
    public async Task CompareRuns_InRussian_HasNoEnglishWordNoOverflowAndNoSeriousAxeFinding(string path)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 900);
        await RussianPage.SpeakAsync(watched.Page, compared.Dashboard.Address);
        await watched.Page.GotoAsync(compared.At(string.Format(CultureInfo.InvariantCulture, path, compared.RunOf(ComparedDashboard.Behind), compared.RunOf(ComparedDashboard.Before))));
        await Assertions.Expect(watched.Page.Locator(path.Contains("&b", StringComparison.Ordinal) ? ".lc-run-figures figure" : "tbody tr")).Not.ToHaveCountAsync(0);
        await watched.Page.WaitForTimeoutAsync(600);
        await watched.ScreenshotAsync($"ru-compare-runs-{path.Length}");

        await RussianPage.AssertAsync(watched.Page);
        watched.AssertQuiet();
    }

    [Fact]
    public async Task CompareRuns_PromptsThatPartBehindThePicture_SaysThatAllIsTheSame()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 900);
        await watched.Page.GotoAsync(compared.At($"/compare/runs?a={compared.RunOf(ComparedDashboard.Behind)}&b={compared.RunOf(ComparedDashboard.OtherBehind)}"));

        await Assertions.Expect(watched.Page.Locator(".lc-run-facts")).ToContainTextAsync("In 3 pairs every patch stands before the first input that differs");
        await Assertions.Expect(watched.Page.Locator(".lc-run-facts")).ToContainTextAsync("Checked: all their top tokens are equal.");
        await Assertions.Expect(watched.Page.Locator(".lc-run-figures h3").First).ToContainTextAsync("same top token in both, at every layer");
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Compare_Narrow_IsStackedAndDoesNotScrollSideways()
    {
        await using var browser = await Browser.StartAsync();
        var (watched, page) = await OpenAsync(browser, $"{Described},{AskedBefore}", 640);

        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"));
        var (first, second) = ((await page.Locator(".lc-pane").First.BoundingBoxAsync())!, (await page.Locator(".lc-pane:visible").Nth(1).BoundingBoxAsync())!);
        Assert.True(second.Y >= first.Y + first.Height - 1);
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Compare_OneThatIsNotThere_ComparesTheOthersAndSaysSo()
    {
        await using var browser = await Browser.StartAsync();
        var (watched, page) = await OpenAsync(browser, $"{Described},999999,{AskedBefore}");

        await Assertions.Expect(page.GetByText("There is no analysis 999999")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".lc-pane:not(.lc-difference)")).ToHaveCountAsync(2);
        watched.AssertQuiet();
    }

    private async Task<(WatchedPage Watched, IPage Page)> OpenAsync(Browser browser, string analyses, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var watched = await browser.OpenAsync(width, width > 1500 ? 1080 : 900, scheme);
        await watched.Page.GotoAsync(compared.At(string.Create(CultureInfo.InvariantCulture, $"/compare?a={analyses}")));
        await Assertions.Expect(watched.Page.Locator(".lc-comparison[data-whole]")).ToBeAttachedAsync();
        return (watched, watched.Page);
    }

    private static async Task AssertAccessibleAsync(IPage page) =>
        Assert.Empty((await page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {violation.Help} {violation.Nodes[0].Html}"));
}
