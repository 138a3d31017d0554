using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Exchange;

/// <summary>Exports as a person makes them: by the dialog, into the browser's downloads.</summary>
public sealed class ExportTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    [Fact]
    public async Task Export_FromTheExplorer_DownloadsThePageAndSaysSo()
    {
        await using var browser = await Browser.StartAsync();
        var explorer = await ExplorerPage.OpenAsync(browser, demo.Address, demo.AnalysisOf("harbour.jpg"), "?map=confidence");
        await explorer.Page.GetByRole(AriaRole.Button, new() { Name = "Export…" }).ClickAsync();
        var dialog = explorer.Page.GetByRole(AriaRole.Dialog);

        var file = await explorer.Page.RunAndWaitForDownloadAsync(() => dialog.GetByRole(AriaRole.Link, new() { Name = "Export" }).ClickAsync());

        Assert.Equal("harbour.html", file.SuggestedFilename);
        Assert.Null(await file.FailureAsync());
        Assert.InRange(new FileInfo((await file.PathAsync())!).Length, 100_000, 800_000);
        await Assertions.Expect(dialog.Locator(".ll-export-state")).ToContainTextAsync("Exported: 1 analysis");
        await explorer.Watched.ScreenshotAsync("export-dialog");
        explorer.Watched.AssertQuiet();
    }
}
