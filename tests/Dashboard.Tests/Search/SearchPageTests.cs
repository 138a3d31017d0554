using System.Globalization;
using Bunit;
using LogitLens.Dashboard.Components.Search;
using LogitLens.Dashboard.Search;
using LogitLens.Dashboard.Tests.Pages;
using TestContext = Xunit.TestContext;
using SearchPage = LogitLens.Dashboard.Components.Pages.Search;

namespace LogitLens.Dashboard.Tests.Search;

public sealed class SearchPageTests
{
    [Fact]
    public async Task Search_ANamePart_FindsImageAndRunAndLeadsToThem()
    {
        await using var context = await PagesContext.CreateAsync();
        var cat = await context.AddImageAsync("Кот.png", 10);
        await context.AddImageAsync("dog.png", 20);
        var run = await context.StartAsync("Коты и собаки", cat);

        var page = context.Show<SearchPage>("/search?q=КОТ");

        page.WaitForAssertion(() =>
        {
            Assert.Equal(["Images 1", "Runs 1"], page.FindAll("h2").Select(h => h.TextContent.Trim()));
            Assert.Contains(page.FindAll("a"), a => a.GetAttribute("href") == $"/images/{cat.Sha256}");
            Assert.Contains(page.FindAll("a"), a => a.GetAttribute("href") == $"/runs/{run}");
        });
    }

    [Theory]
    [InlineData("run 1")]
    [InlineData("1")]
    public async Task Search_ARunsNumber_FindsTheRun(string text)
    {
        await using var context = await PagesContext.CreateAsync();
        var run = await context.StartAsync("first of all", await context.AddImageAsync("a.png", 10));

        var found = await context.Get<GlobalSearch>().FindAsync(SearchText.Parse(text), 5, TestContext.Current.CancellationToken);

        Assert.Equal([run], found.Runs.Items.Select(r => r.Id));
    }

    [Fact]
    public async Task Search_AnAnalysisNumber_FindsTheAnalysis()
    {
        await using var context = await PagesContext.CreateAsync();
        var run = await context.StartAsync("first of all", await context.AddImageAsync("a.png", 10));
        var analysis = (await context.Runs.ListAnalysesAsync(run, null, 0, 1, TestContext.Current.CancellationToken)).Items[0];

        var page = context.Show<SearchPage>("/search?q=" + Uri.EscapeDataString(string.Create(CultureInfo.InvariantCulture, $"#{analysis.Id}")));

        page.WaitForAssertion(() => Assert.Contains(page.FindAll("a"), a => a.GetAttribute("href") == $"/analyses/{analysis.Id}"));
    }

    [Fact]
    public async Task Search_Nothing_SaysSoAndShowsAWayOn()
    {
        await using var context = await PagesContext.CreateAsync();

        var page = context.Show<SearchPage>("/search?q=nosuchthing");

        page.WaitForAssertion(() =>
        {
            Assert.Contains("Nothing found for “nosuchthing”", page.Markup, StringComparison.Ordinal);
            Assert.Contains(page.FindAll("a"), a => a.GetAttribute("href") == "/images");
        });
    }

    [Fact]
    public async Task Search_OneKind_IsShownPageByPage()
    {
        await using var context = await PagesContext.CreateAsync();
        for (var i = 0; i < SearchState.PageSize + 1; i++)
        {
            await context.AddImageAsync($"cat {i}.png", (byte)i);
        }

        var page = context.Show<SearchPage>("/search?q=cat&in=images&page=2");

        page.WaitForAssertion(() =>
        {
            Assert.Single(page.FindAll(".ls-image"));
            Assert.Equal("/search?q=cat&in=images", page.Find("a[rel=prev]").GetAttribute("href"));
        });
    }

    [Theory]
    [InlineData("cat", null, null, "/search?q=cat")]
    [InlineData("a&b ", "runs", 3, "/search?q=a%26b&in=runs&page=3")]
    [InlineData("cat", "nonsense", 2, "/search?q=cat")]
    [InlineData(null, null, null, "/search")]
    public void SearchState_RoundTrip_KeepsWhatMakesSense(string? text, string? kind, int? page, string url) => Assert.Equal(url, SearchState.From(text, kind, page).ToUrl());
}
