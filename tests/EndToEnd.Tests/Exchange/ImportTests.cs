using System.Text;
using LogitLens.EndToEnd.Tests.Running;
using LogitLens.Storage.Tests.Exchange.Import;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Exchange;

/// <summary>A page of another tool, dropped on the dashboard.</summary>
public sealed class ImportTests
{
    [Fact]
    public async Task Drop_APageAndSomethingElse_ReachesItsExplorerAndSaysWhatFailed()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = DashboardProcess.NewDataFolder();
        await using var dashboard = await DashboardProcess.StartAsync(folder, cancellationToken, "--no-demo");
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync(new Uri(dashboard.Address, "/imports").ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Import", Level = 1 })).ToBeVisibleAsync();
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        var interp = InterpPages.Make(columns: 9, side: 6, k: 5, prompt: "USER: <image>\nWhat is it? ASSISTANT:");
        var drop = await page.EvaluateHandleAsync(
            """
            ([good, bad]) => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([good], 'interp.html', { type: 'text/html' }));
              transfer.items.add(new File([bad], 'other.html', { type: 'text/html' }));
              return transfer;
            }
            """,
            new[] { interp, "<html><script>alert(1)</script></html>" });
        var zone = page.GetByRole(AriaRole.Group, new() { Name = "Add files to import" });
        await zone.DispatchEventAsync("drop", new { dataTransfer = drop });

        await Assertions.Expect(page.GetByText("1 imported, 1 failed")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(page.GetByText("there is no \"const data = [\" in it")).ToBeVisibleAsync();
        await watched.ScreenshotAsync("import-light-1280");
        await page.GetByRole(AriaRole.Link, new() { Name = "interp.html" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "interp.png" })).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(page.GetByText("There is no answer in the file.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByLabel("interp.png: 36 patches", new() { Exact = false })).ToBeVisibleAsync();
        await watched.ScreenshotAsync("import-explorer-light-1280");
        watched.AssertQuiet();

        // The same again changes nothing.
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(interp)), "file", "again.html" } };
        using var client = new HttpClient { BaseAddress = dashboard.Address };
        using var answer = await client.PostAsync(new Uri("/api/imports", UriKind.Relative), form, cancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
        await dashboard.WaitForAsync(
            answer.Headers.Location!.ToString(), job => job.GetProperty("state").GetString() == "done" && job.GetProperty("alreadyHere").GetInt32() == 1, TimeSpan.FromSeconds(30), cancellationToken);
    }
}
