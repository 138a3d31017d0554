using Bunit;
using LogitLens.Dashboard.Components.Statistics;
using StatisticsPage = LogitLens.Dashboard.Components.Pages.Statistics;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class StatisticsPageTests
{
    private static readonly Guid Run = new("6f9619ff-8b86-d011-b42d-00c04fc964ff");

    [Theory]
    [InlineData("", "")]
    [InlineData("?analyses=3_5&group=text", "analyses=3_5")]
    [InlineData("?text=cat&layers=8-&p=0.3&tag=good&fillerTo=0.5&page=3", "text=cat&layers=8-&p=0.3&fillerTo=0.5&tag=good")]
    [InlineData("?run=a&run=b&prompt=a%26b", "run=a&run=b&prompt=a%26b")]
    [InlineData("?tables=best&full=best&map=mask", "")]
    public void ScopeOf_AnAddress_KeepsWhatSaysWhichAnalyses(string query, string scope) => Assert.Equal(scope, StatisticsPage.ScopeOf(null, query));

    [Fact]
    public void ScopeOf_ARunInThePath_IsOfThatRunOnly() => Assert.Equal($"run={Run}&criterion=margin", StatisticsPage.ScopeOf(Run, "?run=another&criterion=margin"));

    [Theory]
    [InlineData("?analyses=3_5&text=cat&match=prefix&layers=8-20&p=0.5")]
    [InlineData("?run=6f9619ff-8b86-d011-b42d-00c04fc964ff&checkpoint=abc&imageName=a%26b&prompt=x&tag=one&tag=two")]
    [InlineData("?from=2026-11-01&until=2026-12-01&fillerFrom=0.25&fillerTo=0.75&firstLayer=0&lastLayer=12&criterion=finalToken&filler=5&filler=7")]
    [InlineData("")]
    public void ScopeState_ThereAndBack_IsTheSame(string query) => Assert.Equal("/statistics" + query, ScopeState.Read(null, query).ToUrl());

    [Fact]
    public void ScopeState_OfNonsense_AsksForEverythingAndKeepsTheView()
    {
        const string Query = "?run=x&p=7&criterion=luck&from=yesterday&group=text&tokens=3";
        var state = ScopeState.Read(null, Query);
        Assert.True(state.IsAll);
        Assert.Equal("/statistics?group=text&tokens=3", state.ToUrl(Query));
    }

    [Fact]
    public async Task Form_FilledInAndSent_IsInTheAddress()
    {
        await using var context = await PagesContext.CreateAsync();
        var run = await context.StartAsync("first", await context.AddImageAsync("a.png", 1));
        await context.StartAsync("second", await context.AddImageAsync("b.png", 2));
        var page = context.Show<StatisticsPage>("/statistics?group=text");
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll(".st-checks input").Count));

        await page.FindAll(".st-checks label").Single(label => label.TextContent.Contains("first", StringComparison.Ordinal)).QuerySelector("input")!.ChangeAsync(new() { Value = true });
        await page.FindAll(".st-fields input")[0].ChangeAsync(new() { Value = "harbour" });
        await page.FindAll(".st-fields input")[2].ChangeAsync(new() { Value = "one, two" });
        await page.FindAll(".st-fields input")[5].ChangeAsync(new() { Value = "cat" });
        await page.FindAll(".st-fields input")[7].ChangeAsync(new() { Value = "0,5" });
        await page.Find(".st-scope form").SubmitAsync(new());

        Assert.EndsWith($"/statistics?run={run.Value}&imageName=harbour&tag=one&tag=two&text=cat&p=0.5&group=text", context.Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_WithAShareOver1_SaysSoAndStays()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Show<StatisticsPage>("/statistics");
        page.WaitForAssertion(() => page.Find(".st-scope form"));
        await page.FindAll(".st-fields input")[7].ChangeAsync(new() { Value = "2" });
        await page.Find(".st-scope form").SubmitAsync(new());
        Assert.Contains("The least probability is “2”: give a number from 0 to 1", page.Find(".st-scope").TextContent, StringComparison.Ordinal);
        Assert.EndsWith("/statistics", context.Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_OfARunThatIsNotThere_SaysSo()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Show<StatisticsPage>($"/runs/{Run}/statistics", ("Id", Run));
        page.WaitForAssertion(() => Assert.Equal("There is no such run", page.Find("h1").TextContent));
    }
}
