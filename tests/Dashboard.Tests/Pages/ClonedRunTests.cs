using Bunit;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Inference;
using LogitLens.Storage.Catalogue;
using NewRunPage = LogitLens.Dashboard.Components.Pages.NewRun;
using TestContext = Xunit.TestContext;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class ClonedRunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NewRun_FromARun_BeginsWithItsSettingsItemsAndImages()
    {
        await using var context = await PagesContext.CreateAsync();
        var items = new List<RequestedItem>();
        foreach (var name in new[] { "garden.jpg", "beach.jpg" })
        {
            var image = await context.Coordinator.AddImageAsync(name, await File.ReadAllBytesAsync(DemoFiles.Picture(name), Token), Token);
            items.Add(new RequestedItem(image.Id, $"What is in {name}?", "a cat"));
        }

        var first = await context.Coordinator.StartAsync(
            new RequestedRun("first", null, PromptTemplate.DefaultQuestion, new RunSettings(TopK: 7, Layers: [0, 12], AnswerTokens: 5, Legacy: true, TrackedTokens: [300]), items), Token);

        var page = context.Show<NewRunPage>($"/runs/new?from={first}");
        page.WaitForAssertion(() => Assert.Contains("are those of", page.Markup, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains("Start 2 analyses", page.Markup, StringComparison.Ordinal));
        page.Find("form.ll-run-form").Submit();
        page.WaitForAssertion(() => Assert.Contains("/runs/", context.Navigation.Uri, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.DoesNotContain("/runs/new", context.Navigation.Uri, StringComparison.Ordinal));

        var second = (await context.Runs.ListAsync(0, 1, Token)).Items[0];
        Assert.NotEqual(first, second.Id);
        Assert.Equivalent(new RunSettings(TopK: 7, Layers: [0, 12], AnswerTokens: 5, Legacy: true, TrackedTokens: [300]), second.Settings);
        var before = (await context.Runs.ListAnalysesAsync(first, null, 0, 10, Token)).Items;
        var after = (await context.Runs.ListAnalysesAsync(second.Id, null, 0, 10, Token)).Items;
        Assert.Equal(before.Select(a => (a.Image, a.Prompt, a.TrueAnswer)), after.Select(a => (a.Image, a.Prompt, a.TrueAnswer)));
    }
}
