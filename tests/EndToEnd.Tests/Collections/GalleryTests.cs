using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Collections;

/// <summary>The gallery: its sentence, lit patches, tags, saved views, selection.</summary>
public sealed class GalleryTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    [Fact]
    public async Task Sentence_TokenAtLayers_FindsLightsAndStaysInTheAddress()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync(new Uri(demo.Address, "/images").ToString());
        await Assertions.Expect(page.Locator(".ll-image")).ToHaveCountAsync(12);

        await page.GetByText("+ condition").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "where a token is read", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Word or token")).ToBeFocusedAsync();
        await page.GetByLabel("Word or token").FillAsync("cat");
        await page.GetByLabel("at layers").FillAsync("8-");
        await page.GetByLabel("p ≥").FillAsync("0.3");
        await page.GetByLabel("p ≥").PressAsync("Enter");

        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/images\\?text=cat&layers=8-&p=0\\.3$"));
        await Assertions.Expect(page.Locator(".lg-sentence")).ToContainTextAsync("where “cat” is read in patches at layer ≥ 8 with p ≥ 0.3");
        await Assertions.Expect(page.GetByText(new Regex("\\d+ images? found"))).ToBeVisibleAsync();
        var garden = page.Locator($"a[data-analysis='{demo.AnalysisOf("garden.jpg")}']");
        await Assertions.Expect(garden.Locator("canvas")).ToHaveAttributeAsync("data-lit", new Regex("^[1-9]"));
        await watched.ScreenshotAsync("gallery-token");

        await page.ReloadAsync();
        await Assertions.Expect(garden.Locator("canvas")).ToHaveAttributeAsync("data-lit", new Regex("^[1-9]"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Clear all" }).ClickAsync();
        await Assertions.Expect(page.Locator(".ll-image")).ToHaveCountAsync(12);
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator(".lg-sentence")).ToContainTextAsync("with p ≥ 0.3");
        await garden.ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"/analyses/{demo.AnalysisOf("garden.jpg")}\\?layer="));
        watched.AssertQuiet();
    }

    [Fact]
    public async Task LitPatches_OfTheGallery_AreThoseOfTheAtlas()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var selector = $"a[data-analysis='{demo.AnalysisOf("garden.jpg")}'] canvas";
        await watched.Page.GotoAsync(new Uri(demo.Address, "/atlas?text=cat&layers=6-&p=0.2").ToString());
        await Assertions.Expect(watched.Page.Locator(selector)).ToHaveAttributeAsync("data-lit", new Regex("^[1-9]"));
        var atlas = await watched.Page.Locator(selector).GetAttributeAsync("data-lit");

        await watched.Page.GotoAsync(new Uri(demo.Address, "/images?text=cat&layers=6-&p=0.2").ToString());

        await Assertions.Expect(watched.Page.Locator(selector)).ToHaveAttributeAsync("data-lit", atlas!);
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Selection_ByShift_IsTaggedUndoneTaggedAgainAndFiltered()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync(new Uri(demo.Address, "/images?order=name").ToString());
        var boxes = page.Locator(".ll-image input[type=checkbox]");
        await Assertions.Expect(boxes).ToHaveCountAsync(12);
        await boxes.Nth(1).CheckAsync();
        await boxes.Nth(4).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Assertions.Expect(page.GetByText("4 selected")).ToBeVisibleAsync();

        await TagAsync(page, "shown");
        await Assertions.Expect(page.GetByText("4 images tagged shown.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Assertions.Expect(page.Locator(".ll-tag")).ToHaveCountAsync(0);
        await TagAsync(page, "shown");
        await Assertions.Expect(page.Locator(".ll-tag")).ToHaveCountAsync(4);
        await watched.ScreenshotAsync("gallery-selection");

        await page.Locator(".ll-tag").First.ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/images\\?tag=shown$"));
        await Assertions.Expect(page.Locator(".ll-image")).ToHaveCountAsync(4);
        watched.AssertQuiet();
    }

    [Fact]
    public async Task View_Saved_StaysAfterAReloadAndLeadsBack()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync(new Uri(demo.Address, "/images?text=sunflower&order=probability").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Save this view…" }).ClickAsync();
        await page.GetByLabel("Name of the view").FillAsync("sunflowers");
        await page.GetByLabel("Name of the view").PressAsync("Enter");
        var view = page.GetByRole(AriaRole.Navigation, new() { Name = "Saved views" }).GetByRole(AriaRole.Link, new() { Name = "sunflowers" });
        await Assertions.Expect(view).ToHaveAttributeAsync("aria-current", "page");

        await page.GotoAsync(new Uri(demo.Address, "/images").ToString());
        await view.ClickAsync();

        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/images\\?text=sunflower&order=probability$"));
        await Assertions.Expect(page.Locator(".lg-sentence")).ToContainTextAsync("“sunflower”");
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator(".ll-image")).ToHaveCountAsync(12);

        // Somebody else's browser does not list it.
        var other = await browser.OpenAsync();
        await other.Page.GotoAsync(new Uri(demo.Address, "/images").ToString());
        await Assertions.Expect(other.Page.Locator(".ll-image")).ToHaveCountAsync(12);
        await Assertions.Expect(other.Page.GetByRole(AriaRole.Link, new() { Name = "sunflowers" })).ToHaveCountAsync(0);
        watched.AssertQuiet();
        other.AssertQuiet();
    }

    [Fact]
    public async Task Keyboard_AddsAndRemovesACondition()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync(new Uri(demo.Address, "/images").ToString());
        await Assertions.Expect(page.Locator(".ll-image")).ToHaveCountAsync(12);

        await page.GetByText("+ condition").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByLabel("with a share of filler from")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("2");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("give a number of 0 to 1");
        await page.Keyboard.PressAsync("Backspace");
        await page.Keyboard.TypeAsync("0.01");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("fillerFrom=0\\.01"));

        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Remove the condition") }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/images$"));
        watched.AssertQuiet();
    }

    [Theory]
    [InlineData("/images?text=cat&layers=8-&p=0.3&order=probability", ColorScheme.Light)]
    [InlineData("/images?text=cat&tag=none&fillerFrom=0.1", ColorScheme.Dark)]
    public async Task Gallery_HasNoSeriousAccessibilityFinding(string path, ColorScheme scheme)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 900, scheme);
        await watched.Page.GotoAsync(new Uri(demo.Address, path).ToString());
        await Assertions.Expect(watched.Page.Locator(".lg-clause").First).ToBeVisibleAsync();
        await watched.Page.GetByTitle("Change this condition").First.ClickAsync();
        await Assertions.Expect(watched.Page.Locator(".lg-editor")).ToBeVisibleAsync();
        var box = watched.Page.Locator(".ll-image input[type=checkbox]");
        if (await box.CountAsync() > 0)
        {
            await box.First.CheckAsync();
        }

        Assert.Empty((await watched.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {violation.Help}"));
        watched.AssertQuiet();
    }

    private static async Task TagAsync(IPage page, string tag)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Tag…", Exact = true }).ClickAsync();
        var field = page.GetByRole(AriaRole.Dialog).GetByLabel("Tag", new() { Exact = true });
        await field.FillAsync(tag);
        await field.PressAsync("Enter");
        await Assertions.Expect(field).ToHaveCountAsync(0);
    }
}
