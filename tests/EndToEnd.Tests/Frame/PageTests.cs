using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using LogitLens.Storage.Tests.Exchange.Import;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Frame;

/// <summary>Every page, in both themes and two widths: quiet, accessible, and photographed.</summary>
public sealed class PageTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    public static TheoryData<string, string> Pages => new(DemoPages.All)
    {
        { "run-retention", "/runs/{run}" },
        { "atlas-nothing", "/atlas?text=nosuchtoken" },
        { "search", "/search?q=ca" },
        { "search-number", "/search?q=1" },
        { "search-nothing", "/search?q=nosuchthing" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_InBothThemesAndWidths_IsQuietAndHasNoSeriousAxeFinding(string name, string path)
    {
        await using var browser = await Browser.StartAsync();
        var address = new Uri(demo.Address, await demo.PathAsync(path));
        await LookAsync(browser, name, address);
    }

    [Fact]
    public async Task Page_OfAnImport_IsQuietAndHasNoSeriousAxeFinding()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = DashboardProcess.NewDataFolder();
        await using (var dashboard = await DashboardProcess.StartAsync(folder, cancellationToken, "--no-demo"))
        {
            // One file that can be imported, one that cannot: every column of the table has something to say.
            using var form = new MultipartFormDataContent
            {
                { new StringContent(InterpPages.Make()), "file", "interp.html" },
                { new StringContent("<html><p>no readings</p></html>"), "file", "other.html" },
            };
            using var answer = await dashboard.Api.PostAsync(new Uri("/api/imports", UriKind.Relative), form, cancellationToken);
            var job = answer.Headers.Location!.ToString();
            await dashboard.WaitForAsync(job, state => state.GetProperty("state").GetString() == "done" && state.GetProperty("failed").GetInt32() == 1, TimeSpan.FromSeconds(60), cancellationToken);
            await using var browser = await Browser.StartAsync();

            var address = new Uri(dashboard.Address, "/imports/" + job.Split('/')[^1]);
            await LookAsync(browser, "import", address, "interp.html");

            // And in Russian: what is said of a file is stored with it, and stays as it was written.
            var russian = await browser.OpenAsync(1280, 800);
            await RussianPage.SpeakAsync(russian.Page, dashboard.Address);
            await russian.Page.GotoAsync(address.ToString());
            await Assertions.Expect(russian.Page.GetByRole(AriaRole.Link, new() { Name = "interp.html" })).ToBeVisibleAsync();
            await russian.ScreenshotAsync("ru-import");
            await RussianPage.AssertAsync(russian.Page);
            russian.AssertQuiet();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task LookAsync(Browser browser, string name, Uri address, string? shown = null)
    {
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            foreach (var width in (int[])[1280, 1920])
            {
                var watched = await browser.OpenAsync(width, width == 1280 ? 800 : 1080, scheme);
                await watched.Page.GotoAsync(address.ToString());
                await DemoPages.WaitAsync(watched.Page, name);
                await watched.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
                if (shown is not null)
                {
                    await Assertions.Expect(watched.Page.GetByRole(AriaRole.Link, new() { Name = shown })).ToBeVisibleAsync();
                }

                if (name == "run-retention")
                {
                    await watched.Page.GetByText("Retention:").ClickAsync();
                    await watched.Page.GetByLabel("Keep the other tokens").SelectOptionAsync(new SelectOptionValue { Label = "for some days" });
                    await Assertions.Expect(watched.Page.GetByLabel("Days", new() { Exact = true })).ToBeVisibleAsync();
                }

                await watched.Page.WaitForTimeoutAsync(400);
                await watched.AssertNothingOverlapsAsync();
                await watched.ScreenshotAsync($"{name}-{(scheme == ColorScheme.Dark ? "dark" : "light")}-{width}");

                // Findings do not depend on the width.
                if (width == 1280)
                {
                    var findings = (await watched.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical")
                        .Select(violation => $"{violation.Id}: {violation.Help}: {string.Join(" ", violation.Nodes.Select(node => node.Html).Take(3))}");
                    Assert.Empty(findings);
                }

                watched.AssertQuiet(except: name == "nowhere" ? new Regex("404") : null);
            }
        }
    }

    [Fact]
    public async Task NewRun_WithAPictureAndATextFile_RefusesOneInWordsAndAnalysesTheOther()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        var text = Path.Combine(demo.Dashboard.DataFolder, "notes.png");
        await File.WriteAllTextAsync(text, "no picture at all", cancellationToken);

        await page.GotoAsync(new Uri(demo.Address, "/runs/new").ToString());

        // A test is faster than any hand: Blazor listens to the field only a round trip after it was drawn, and marks it then.
        await page.WaitForFunctionAsync("() => document.querySelector('input[type=file]')?._blazorInputFileNextFileId !== undefined");
        await page.Locator("input[type=file]").First.SetInputFilesAsync(
            [Path.Combine(DashboardProcess.RepositoryRoot, "src", "Dashboard", "Demo", "pictures", "beach.jpg"), text]);
        await Assertions.Expect(page.GetByText("notes.png").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.List, new() { Name = "Images of the run" })).ToContainTextAsync("beach.jpg");
        await watched.ScreenshotAsync("new-run-filled");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^(start|queue)", RegexOptions.IgnoreCase) }).ClickAsync();

        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/runs/[0-9a-f-]{32,36}"));
        await Assertions.Expect(page.GetByText("There is a turtle and a crab on sand.").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await watched.ScreenshotAsync("run-finished");
        watched.AssertQuiet();
    }
}
