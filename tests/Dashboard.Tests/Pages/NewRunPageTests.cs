using Bunit;
using LogitLens.Dashboard.Components.Runs;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using NewRunPage = LogitLens.Dashboard.Components.Pages.NewRun;
using TestContext = Xunit.TestContext;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class NewRunPageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NewRun_GoodAndBadFiles_KeepsTheGoodAndNamesTheBad()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Show<NewRunPage>("/runs/new");
        Upload(
            page,
            InputFileContent.CreateFromBinary(PagesContext.Png(1), "good.png"),
            InputFileContent.CreateFromText("no picture", "notes.jpg"),
            InputFileContent.CreateFromBinary([], "empty.png"),
            InputFileContent.CreateFromBinary(new byte[(1 << 20) + 1], "huge.png"));
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll(".ll-message-bad li").Count));
        Assert.Contains("notes.jpg", page.FindAll(".ll-message-bad li")[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("empty.png is empty", page.FindAll(".ll-message-bad li")[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("1 MiB at most", page.FindAll(".ll-message-bad li")[2].TextContent, StringComparison.Ordinal);
        Assert.Contains("Start 1 analysis", page.Markup, StringComparison.Ordinal);
        Assert.Equal("good.png", Assert.Single((await context.Images.ListAsync(null, 0, 10, Token)).Items).Name);
    }

    [Fact]
    public async Task NewRun_Table_GivesEachImageItsQuestion()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Show<NewRunPage>("/runs/new");
        page.WaitForAssertion(() => Assert.Contains("LogitLens demo", page.Markup, StringComparison.Ordinal));
        Upload(
            page,
            InputFileContent.CreateFromBinary(PagesContext.Png(1), "a.png"),
            InputFileContent.CreateFromBinary(PagesContext.Png(2), "b.png"),
            InputFileContent.CreateFromText("image,question,answer\na.png,What is left?,cat\nx/b.png,,dog\nmissing.png,What?,\n", "items.csv"));
        page.WaitForAssertion(() => Assert.Contains("Start 2 analyses", page.Markup, StringComparison.Ordinal));
        Assert.Contains("missing.png", page.Find(".ll-warn").TextContent, StringComparison.Ordinal);
        page.Find("form.ll-run-form").Submit();
        page.WaitForAssertion(() => Assert.Matches("/runs/[0-9a-f]{32}$", context.Navigation.Uri));

        var run = new RunId(Guid.Parse(context.Navigation.Uri[^32..]));
        var analyses = await context.Runs.ListAnalysesAsync(run, null, 0, 10, Token);
        Assert.Equal(["USER: <image>\nWhat is left? ASSISTANT:", "USER: <image>\nDescribe the image. ASSISTANT:"], analyses.Items.Select(a => a.Prompt));
        Assert.Equal(["cat", "dog"], analyses.Items.Select(a => a.TrueAnswer));
    }

    [Fact]
    public async Task NewRun_KeptImagesInAddress_AreThere()
    {
        await using var context = await PagesContext.CreateAsync();
        var first = await context.AddImageAsync("a.png", 1);
        var second = await context.AddImageAsync("b.png", 2);
        var page = context.Show<NewRunPage>($"/runs/new?images={first.Id.Value}-{second.Id.Value},999");
        page.WaitForAssertion(() => Assert.Contains("Start 2 analyses", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task NewRun_NothingChosen_SaysWhatIsMissingAndStartsNothing()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Show<NewRunPage>("/runs/new");
        page.WaitForAssertion(() => Assert.Contains("LogitLens demo", page.Markup, StringComparison.Ordinal));
        page.Find("form.ll-run-form").Submit();
        page.WaitForAssertion(() => Assert.Contains("needs at least one image", page.Find("p.ll-error").TextContent, StringComparison.Ordinal));
        Assert.Equal(0, (await context.Runs.ListAsync(0, 1, Token)).Total);
    }

    [Fact]
    public async Task NewRun_EnterInTheFolderField_ChecksTheFolderAndStartsNothing()
    {
        await using var context = await PagesContext.CreateAsync();
        var image = await context.AddImageAsync("a.png", 1);
        var page = context.Show<NewRunPage>($"/runs/new?images={image.Id.Value}");
        page.WaitForAssertion(() => Assert.Contains("LogitLens demo", page.Markup, StringComparison.Ordinal));
        page.Find("input[form=checkpoint-folder]").Input("/no/such/folder");
        page.Find("#checkpoint-folder").Submit();
        page.WaitForAssertion(() => Assert.Contains("/no/such/folder", page.Find(".mud-input-helper-text.mud-input-error").TextContent, StringComparison.Ordinal));
        Assert.Equal(0, (await context.Runs.ListAsync(0, 1, Token)).Total);
    }

    [Fact]
    public async Task NewRun_Leave_TakesTheDropZoneApart()
    {
        await using var context = await PagesContext.CreateAsync();
        context.Bunit.Render<UploadZone>();
        context.UploadModule.VerifyInvoke("attach");
        await context.Bunit.DisposeComponentsAsync();
    }

    private static void Upload(IRenderedComponent<IComponent> page, params InputFileContent[] files) =>
        page.FindComponents<InputFile>()[0].UploadFiles(files);
}
