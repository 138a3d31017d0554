using Bunit;
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

    [Fact]
    public async Task Statistics_OfARunThatIsNotThere_SaysSo()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Show<StatisticsPage>($"/runs/{Run}/statistics", ("Id", Run));
        page.WaitForAssertion(() => Assert.Equal("There is no such run", page.Find("h1").TextContent));
    }
}
