using Bunit;
using LogitLens.Dashboard.Components.Layout;
using LogitLens.Dashboard.Components.News;
using LogitLens.Dashboard.News;
using LogitLens.Dashboard.Tests.Pages;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Tests.News;

public sealed class NewsBellTests
{
    private static readonly RunEnd End = new(RunId.New(), "the run", new RunCounts(0, 0, 3, 1, 0), TimeProvider.System.GetUtcNow().AddMinutes(1));

    [Fact]
    public async Task Bell_RunEnds_CountsItAndListsItOnceOpened()
    {
        await using var context = await CreateAsync();
        var bell = context.Show<NewsBell>("/images");
        bell.WaitForAssertion(() => Assert.Contains(context.Bunit.JSInterop.Invocations, call => call.Identifier == "seen"));

        context.Get<RunNews>().Report(End);

        bell.WaitForAssertion(() => Assert.Equal("Runs that ended, 1 not seen", bell.Find(".ln-bell button .ll-hidden").TextContent));
        await bell.Find(".ln-bell button").ClickAsync();
        Assert.Equal($"/runs/{End.Run}", bell.Find("#ln-panel a").GetAttribute("href"));
        Assert.Contains("3 of 4 done, 1 failed", bell.Find("#ln-panel li").TextContent, StringComparison.Ordinal);
        Assert.Equal("Runs that ended", bell.Find(".ln-bell button .ll-hidden").TextContent);
    }

    [Fact]
    public async Task Bell_Disposed_ListensNoMore()
    {
        await using var context = await CreateAsync();
        var news = context.Get<RunNews>();
        for (var i = 0; i < 5; i++)
        {
            context.Bunit.Render<NewsBell>();
        }

        Assert.Equal(5, news.Listeners);
        await context.Bunit.DisposeComponentsAsync();
        Assert.Equal(0, news.Listeners);
    }

    [Fact]
    public async Task Layout_Disposed_ListensNoMore()
    {
        await using var context = await CreateAsync();
        context.Bunit.Render<MainLayout>(parameters => parameters.Add(layout => layout.Body, "page"));

        Assert.Equal(1, context.Get<RunNews>().Listeners);
        await context.Bunit.DisposeComponentsAsync();
        Assert.Equal(0, context.Get<RunNews>().Listeners);
    }

    private static async Task<PagesContext> CreateAsync()
    {
        var context = await PagesContext.CreateAsync();
        var module = context.Bunit.JSInterop.SetupModule("./js/news.js");
        module.Mode = JSRuntimeMode.Strict;
        var browser = module.SetupModule("attach", _ => true);
        browser.Setup<long>("seen", _ => true).SetResult(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        browser.Setup<string>("permission").SetResult("off");
        browser.SetupVoid("count", _ => true).SetVoidResult();
        browser.SetupVoid("see", _ => true).SetVoidResult();
        browser.SetupVoid("tell", _ => true).SetVoidResult();
        browser.SetupVoid("dispose").SetVoidResult();
        return context;
    }
}
