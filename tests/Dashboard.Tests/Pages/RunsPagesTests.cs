using System.Diagnostics;
using Bunit;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Layout;
using LogitLens.Storage.Catalogue;
using HomePage = LogitLens.Dashboard.Components.Pages.Home;
using RunPage = LogitLens.Dashboard.Components.Pages.Run;
using RunsPage = LogitLens.Dashboard.Components.Pages.Runs;
using TestContext = Xunit.TestContext;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class RunsPagesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_None_ShowsTheButtonThatEndsTheEmptiness()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Show<RunsPage>("/runs");
        page.WaitForAssertion(() => Assert.Contains("No run yet", page.Markup, StringComparison.Ordinal));
        Assert.NotNull(page.Find(".ll-state a[href='/runs/new']"));
    }

    [Fact]
    public async Task Runs_FiftyOne_SecondPageHasItsAddress()
    {
        await using var context = await PagesContext.CreateAsync();
        var image = await context.AddImageAsync("a.png", 1);
        for (var i = 0; i < 51; i++)
        {
            await context.StartAsync($"run {i}", image);
        }

        var page = context.Show<RunsPage>("/runs?page=2");
        page.WaitForAssertion(() => Assert.Equal("run 0", Assert.Single(page.FindAll("tbody th a")).TextContent));
        Assert.Equal("/runs", page.Find("nav.ll-pager a[rel=prev]").GetAttribute("href"));
    }

    [Fact]
    public async Task Runs_ARunIsQueuedMeanwhile_ShowsIt()
    {
        await using var context = await PagesContext.CreateAsync();
        var image = await context.AddImageAsync("a.png", 1);
        var page = context.Show<RunsPage>("/runs");
        page.WaitForAssertion(() => Assert.Contains("No run yet", page.Markup, StringComparison.Ordinal));
        await context.StartAsync("came later", image);
        page.WaitForAssertion(() => Assert.Equal("came later", page.Find("tbody th a").TextContent));
    }

    [Fact]
    public async Task Runs_Delete_SaysWhatGoesAndDoesIt()
    {
        await using var context = await PagesContext.CreateAsync();
        var run = await context.StartAsync("doomed", await context.AddImageAsync("a.png", 1), await context.AddImageAsync("b.png", 2));
        var page = context.Show<RunsPage>("/runs");
        page.WaitForElement("button[aria-label='Actions for doomed']").Click();
        page.WaitForElements(".mud-menu-item").Single(item => item.TextContent.Contains("Delete", StringComparison.Ordinal)).Click();
        var text = page.WaitForElement(".mud-dialog .ll-dialog-text").TextContent;
        Assert.Contains("2 analyses", text, StringComparison.Ordinal);
        Assert.Contains("cannot be undone", text, StringComparison.Ordinal);
        page.FindAll(".mud-dialog button").Single(button => button.TextContent.Trim() == "Delete").Click();
        page.WaitForAssertion(() => Assert.Contains("No run yet", page.Markup, StringComparison.Ordinal));
        Assert.Null(await context.Runs.FindAsync(run, Token));
    }

    [Fact]
    public async Task Home_Demo_ShowsItsPicturesAndSaysWhatTheDemoIs()
    {
        await using var context = await PagesContext.CreateAsync();
        await context.StartAsync("first look", await context.AddImageAsync("a.png", 1), await context.AddImageAsync("b.png", 2));
        var page = context.Show<HomePage>("/");
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll(".ll-tile a[href^='/analyses/']").Count));
        Assert.Contains("Demo checkpoint.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("0 of 2 done", page.Find("[role=progressbar]").GetAttribute("aria-valuetext"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Unknown_SaysSo()
    {
        await using var context = await PagesContext.CreateAsync();
        var id = Guid.NewGuid();
        var page = context.Show<RunPage>($"/runs/{id:N}", ("Id", id));
        page.WaitForAssertion(() => Assert.Contains("There is no such run", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_FailedAnalysis_ShowsTheReasonAndTriesAgain()
    {
        await using var context = await PagesContext.CreateAsync();
        var run = await context.StartAsync("one fails", await context.AddImageAsync("a.png", 1), await context.AddImageAsync("b.png", 2));
        await context.FailNextAsync("a.png is cut short: upload it again.");
        var page = context.Show<RunPage>($"/runs/{run}?state=failed&view=table", ("Id", run.Value));
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".ll-table tbody tr")));
        Assert.Contains("a.png is cut short: upload it again.", page.Find(".ll-table tbody").TextContent, StringComparison.Ordinal);
        page.Find("button[aria-label='Try a.png again']").Click();
        page.WaitForAssertion(() => Assert.Contains("No analysis of this run is failed", page.Markup, StringComparison.Ordinal));
        Assert.Equal(2, (await context.Runs.FindAsync(run, Token))!.Counts.Queued);
    }

    [Fact]
    public async Task Run_Cancel_CancelsWhatWaits()
    {
        await using var context = await PagesContext.CreateAsync();
        var run = await context.StartAsync("stopped", await context.AddImageAsync("a.png", 1));
        var page = context.Show<RunPage>($"/runs/{run}", ("Id", run.Value));
        page.WaitForElements("header button").Single(button => button.TextContent.Trim() == "Cancel").Click();
        page.WaitForAssertion(() => Assert.Contains("1 cancelled", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_Facts_NameCheckpointHashAndVersions()
    {
        await using var context = await PagesContext.CreateAsync();
        var run = await context.StartAsync("facts", await context.AddImageAsync("a.png", 1));
        var row = await context.Runs.FindAsync(run, Token);
        var page = context.Show<RunPage>($"/runs/{run}", ("Id", run.Value));
        page.WaitForElement(".ll-facts");
        Assert.Equal(row!.Checkpoint.Hash, page.Find(".ll-facts code[title]").GetAttribute("title"));
        Assert.Contains("USER: <image>", page.Find(".ll-facts .ll-prompt").TextContent, StringComparison.Ordinal);
        Assert.Contains("TorchSharp", page.Find(".ll-provenance").TextContent, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Matches("^[0-9a-f]{64}$", page.FindAll(".ll-files tbody tr").Single(row => row.QuerySelector("th")!.TextContent == "model.safetensors").QuerySelector("code")!.TextContent));
        Assert.Contains("of emb and 1–12", page.Find(".ll-facts").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunningIndicator_BurstOfProgress_RendersAtMostFourTimesASecond()
    {
        await using var context = await PagesContext.CreateAsync();
        var indicator = context.Bunit.Render<RunningIndicator>();
        Assert.Contains("Idle", indicator.Markup, StringComparison.Ordinal);
        var before = indicator.RenderCount;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 500; i++)
        {
            context.Monitor.Report(new CurrentAnalysis(new AnalysisId(1), RunId.New(), "garden.jpg", $"layer {i}", i / 500.0, i, 3, TimeSpan.FromSeconds(40)));
        }

        indicator.WaitForAssertion(() => Assert.Contains("layer 499", indicator.Markup, StringComparison.Ordinal));
        Assert.InRange(indicator.RenderCount - before, 1, (watch.ElapsedMilliseconds / 250) + 2);
        Assert.Contains("3 waiting, 40 s left", indicator.Find(".ll-now-rest").TextContent, StringComparison.Ordinal);
        Assert.Equal("100", indicator.Find("[role=progressbar]").GetAttribute("aria-valuenow"));
    }

    [Fact]
    public async Task Home_DemoBeingPrepared_SaysSoUntilItIsNot()
    {
        await using var context = await PagesContext.CreateAsync();
        context.Monitor.ReportPreparingDemo(true);
        var home = context.Bunit.Render<HomePage>();
        home.WaitForAssertion(() => Assert.Contains("The demo is being prepared", home.Markup, StringComparison.Ordinal));
        context.Monitor.ReportPreparingDemo(false);
        home.WaitForAssertion(() => Assert.Contains("Nothing has been analysed yet", home.Markup, StringComparison.Ordinal), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Home_Empty_ShowsTheFirstStepsAndTheirButtons()
    {
        await using var context = await PagesContext.CreateAsync();
        var home = context.Show<HomePage>("/");
        home.WaitForAssertion(() => Assert.Equal(3, home.FindAll(".lh-steps li").Count));
        Assert.Equal(["/runs/new", "/imports"], home.FindAll(".lh-first a").Select(link => link.GetAttribute("href")));
    }

    [Fact]
    public async Task Home_Running_SaysWhatHowFastAndHowLong()
    {
        await using var context = await PagesContext.CreateAsync();
        var run = await context.StartAsync("first look", await context.AddImageAsync("a.png", 1), await context.AddImageAsync("b.png", 2));
        var home = context.Show<HomePage>("/");
        home.WaitForAssertion(() => Assert.NotEmpty(home.FindAll(".ll-tile")));
        Assert.Empty(home.FindAll(".lh-now"));

        // Half of two together and 29 more in a minute: 30 a minute.
        context.Monitor.Report(
        [
            new CurrentAnalysis(new AnalysisId(1), run, "a.png", "layer 6 of 12", 0.5, 6, 29, TimeSpan.FromMinutes(1)),
            new CurrentAnalysis(new AnalysisId(2), run, "b.png", "layer 6 of 12", 0.5, 6, 29, TimeSpan.FromMinutes(1)),
        ]);

        home.WaitForAssertion(() => Assert.Equal("29 waiting · about 30 a minute · 1 min left", home.Find(".lh-now-how").TextContent));
        Assert.Contains("a.png and 1 more", home.Find(".lh-now-what").TextContent, StringComparison.Ordinal);
        Assert.Contains("layer 6 of 12", home.Find(".lh-now-what").TextContent, StringComparison.Ordinal);
        Assert.Equal($"/runs/{run}", home.Find(".lh-now-what a").GetAttribute("href"));
        Assert.Equal("50", home.Find(".lh-now [role=progressbar]").GetAttribute("aria-valuenow"));
        context.Monitor.Report([]);
        home.WaitForAssertion(() => Assert.Empty(home.FindAll(".lh-now")));
    }

    [Fact]
    public async Task MainLayout_ServiceThatCannotWrite_SaysWhyUntilItCan()
    {
        await using var context = await PagesContext.CreateAsync();
        var layout = context.Bunit.Render<MainLayout>();
        Assert.Empty(layout.FindAll("[role=alert]"));
        context.Monitor.ReportObstacle("There is no space left.");
        layout.WaitForAssertion(() => Assert.Contains("There is no space left.", layout.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        context.Monitor.ReportObstacle(null);
        layout.WaitForAssertion(() => Assert.Empty(layout.FindAll("[role=alert]")));
    }

    [Fact]
    public async Task MainLayout_QuestionMark_ShowsTheShortcutsOnce()
    {
        await using var context = await PagesContext.CreateAsync();
        var layout = context.Bunit.Render<MainLayout>();
        context.ShortcutsModule.VerifyInvoke("attach");
        Assert.NotNull(layout.Find("a.ll-skip"));
        Assert.NotNull(layout.Find("nav[aria-label=Main]"));
        Assert.NotNull(layout.Find("main#content[tabindex='-1']"));
        _ = layout.InvokeAsync(() => { _ = layout.Instance.ShowShortcutsAsync(); });
        _ = layout.InvokeAsync(() => { _ = layout.Instance.ShowShortcutsAsync(); });
        layout.WaitForAssertion(() => Assert.Single(layout.FindAll(".mud-dialog")));
        Assert.Contains("New run", layout.Find(".mud-dialog .ll-keys").TextContent, StringComparison.Ordinal);
        Assert.All(["Find a token", "Collect or leave out", "Cell by cell", "Move the zoomed picture"], meaning => Assert.Contains(meaning, layout.Find(".mud-dialog").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pager_MiddleOfMany_HasFirstLastAndNeighbours()
    {
        await using var context = await PagesContext.CreateAsync();
        var pager = context.Bunit.Render<Pager>(p => p
            .Add(c => c.Page, 10).Add(c => c.PageSize, 50).Add(c => c.Total, 1000).Add(c => c.ToUrl, number => $"/x?page={number}"));
        Assert.Equal(["Previous", "1", "8", "9", "10", "11", "12", "20", "Next"], pager.FindAll("a").Select(a => a.TextContent));
        Assert.Equal("10", pager.Find("[aria-current=page]").TextContent);
        Assert.Contains("451–500 of 1\u202f000", pager.Markup, StringComparison.Ordinal);
    }
}
