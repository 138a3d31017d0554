using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Collections;

/// <summary>What is done with many images at once in the gallery: more of them for a run, and the end of them.</summary>
public sealed class BulkTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    private const string OtherPrompt = "Is there a cat?";

    [Fact]
    public async Task Selection_AddedToARunThenDeleted_IsAnalysedAndGoesWithItsRun()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync(new Uri(demo.Address, "/images?order=name").ToString());
        var boxes = page.Locator(".ll-image input[type=checkbox]");
        await Assertions.Expect(boxes).ToHaveCountAsync(12);
        await boxes.Nth(0).CheckAsync();
        await boxes.Nth(1).CheckAsync();

        // Another question about two of them, in the run they are in.
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to a run…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.GetByRole(AriaRole.Status)).ToContainTextAsync(new Regex("About .+ of disk, as measured on 12 analyses"));
        await dialog.GetByLabel("Question or prompt").FillAsync(OtherPrompt);
        await watched.ScreenshotAsync("bulk-add");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add 2 images" }).ClickAsync();
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".ll-message")).ToContainTextAsync("2 images");
        await demo.Dashboard.WaitForAsync($"/api/runs/{demo.Run}", run => run.GetProperty("counts").GetProperty("done").GetInt32() == 14, TimeSpan.FromMinutes(2), cancellationToken);
        var prompts = (await demo.Dashboard.GetAsync($"/api/runs/{demo.Run}/analyses", cancellationToken)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("prompt").GetString()!).ToList();
        Assert.Equal(2, prompts.Count(prompt => prompt.Contains(OtherPrompt, StringComparison.Ordinal)));

        // The same once more adds nothing.
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to a run…" }).ClickAsync();
        await dialog.GetByLabel("Question or prompt").FillAsync(OtherPrompt);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add 2 images" }).ClickAsync();
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await page.WaitForTimeoutAsync(500);
        Assert.Equal(14, (await demo.Dashboard.GetAsync($"/api/runs/{demo.Run}", cancellationToken)).GetProperty("counts").GetProperty("done").GetInt32());

        // Two of twelve: their run stays, and so do they.
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete…" }).ClickAsync();
        await watched.ScreenshotAsync("bulk-delete-two");
        await Assertions.Expect(dialog).ToContainTextAsync("Demo: describe the image");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(boxes).ToHaveCountAsync(12);

        // All of them: the run may go with them.
        await page.GetByRole(AriaRole.Button, new() { Name = "Clear selection" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Select this page" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete…" }).ClickAsync();
        await watched.ScreenshotAsync("bulk-delete-all");
        await dialog.GetByRole(AriaRole.Checkbox).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Assertions.Expect(page.GetByText("No image yet: they come with the first run.")).ToBeVisibleAsync();
        Assert.Empty((await demo.Dashboard.GetAsync("/api/runs", cancellationToken)).GetProperty("items").EnumerateArray());
        watched.AssertQuiet();
    }
}
