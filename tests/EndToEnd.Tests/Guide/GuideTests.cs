using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Guide;

/// <summary>Walks the tour of docs/guide.md in both themes and takes its pictures; <c>-- guide</c> puts them into the document.</summary>
public sealed partial class GuideTests(TourDashboard tour) : IClassFixture<TourDashboard>
{
    private const int Width = 1280, Height = 800;

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Tour_InOneTheme_ShowsWhatTheGuideSays(ColorScheme scheme)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(Width, Height, scheme);
        foreach (var scene in Scenes())
        {
            await watched.Page.GotoAsync(new Uri(tour.Address, scene.Path).ToString());
            await scene.ActAsync(watched.Page);
            await watched.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            await GuidePictures.TakeAsync(watched, scene.Name, scheme);
        }

        watched.AssertQuiet();
    }

    [Fact]
    public void Document_ItsPictures_AreThoseOfTheTourInBothThemes()
    {
        var text = File.ReadAllText(GuidePictures.Document);
        var named = PictureName().Matches(text).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var taken = Scenes().SelectMany(scene => new[] { GuidePictures.NameOf(scene.Name, ColorScheme.Light), GuidePictures.NameOf(scene.Name, ColorScheme.Dark) }).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(taken.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        Assert.Equal(taken.Order(StringComparer.Ordinal), Directory.EnumerateFiles(GuidePictures.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private List<Scene> Scenes()
    {
        var garden = $"/analyses/{tour.AnalysisOf("garden.jpg")}";
        return
        [
            new("home", "/", page => Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("garden") }).First)),
            new("new-run", "/runs/new", FillNewRunAsync),
            new("explorer", garden, PointAtTheCatAsync),
            new("explorer-token", $"{garden}?map=token&token=300&layer=9&pins=300", page => Expect(page.GetByLabel("Map over the picture"))),
            new("explorer-selection", garden, SelectTheCatAsync),
            new("layers", $"{garden}?pair=3-12", page => Assertions.Expect(page.Locator("canvas[aria-roledescription='table of positions and layers']")).ToHaveAttributeAsync("aria-rowcount", new Regex("[1-9]"))),
            new("mask", $"{garden}?map=mask", page => Expect(page.Locator(".lx-mask-count"))),
            new("masks", $"/runs/{tour.Described}/masks", page => Assertions.Expect(page.Locator(".lx-mask-count")).ToContainTextAsync("of 12 pictures", new() { Timeout = 30_000 })),
            new("compare", $"/compare?a={tour.AnalysisOf("garden.jpg")},{tour.AskedOf("garden.jpg")}&map=kl&layer=9", page => Assertions.Expect(page.Locator(".lc-difference strong")).ToContainTextAsync(new Regex("median"), new() { Timeout = 30_000 })),
            new("compare-runs", $"/compare/runs?a={tour.Described}&b={tour.Asked}", page => Expect(page.Locator("figure svg").First)),
            new("gallery", "/images?text=cat&layers=8-&p=0.3", page => Assertions.Expect(page.Locator("canvas[data-lit]").First).ToHaveAttributeAsync("data-lit", new Regex("^[1-9]"))),
            new("atlas", "/atlas?text=cat&match=exact", page => Assertions.Expect(page.Locator("canvas[data-lit]").First).ToHaveAttributeAsync("data-lit", new Regex("^[1-9]"))),
            new("statistics", $"/runs/{tour.Described}/statistics", page => Expect(page.Locator("figure[data-chart=best] svg").First)),
            new("report", $"/runs/{tour.Described}/report", page => Expect(page.Locator("figure svg").First)),
            new("search", "/search?q=sun", page => Expect(page.GetByText("sunflower").First)),
            new("run", $"/runs/{tour.Described}", page => Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("garden") }).First)),

            // The last one: it leaves the browser speaking Russian.
            new("russian", garden, SpeakRussianAsync),
        ];
    }

    private static async Task FillNewRunAsync(IPage page)
    {
        await page.WaitForFunctionAsync("() => document.querySelector('input[type=file]')?._blazorInputFileNextFileId !== undefined");
        var pictures = Path.Combine(DashboardProcess.RepositoryRoot, "src", "Dashboard", "Demo", "pictures");
        await page.Locator("input[type=file]").First.SetInputFilesAsync([Path.Combine(pictures, "farm.jpg"), Path.Combine(pictures, "harbour.jpg"), Path.Combine(pictures, "savanna.jpg")]);
        await Assertions.Expect(page.GetByRole(AriaRole.List, new() { Name = "Images of the run" })).ToContainTextAsync("savanna.jpg");
    }

    private static async Task PointAtTheCatAsync(IPage page)
    {
        var picture = Picture(page);
        await Assertions.Expect(picture).ToHaveAttributeAsync("aria-label", new Regex("576 patches"));
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var box = (await picture.BoundingBoxAsync())!;
        await page.Mouse.ClickAsync(box.X + (box.Width * 0.38f), box.Y + (box.Height * 0.5f));
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("lock="));
    }

    private static async Task SelectTheCatAsync(IPage page)
    {
        var picture = Picture(page);
        await Assertions.Expect(picture).ToHaveAttributeAsync("aria-label", new Regex("576 patches"));
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var box = (await picture.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width * 0.3f), box.Y + (box.Height * 0.4f));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width * 0.4f), box.Y + (box.Height * 0.5f));
        await page.Mouse.MoveAsync(box.X + (box.Width * 0.46f), box.Y + (box.Height * 0.62f));
        await page.Mouse.UpAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("with="));
    }

    private static async Task SpeakRussianAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).ClickAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "ru");
        await Assertions.Expect(page.Locator(".lx-picture-marks")).ToHaveAttributeAsync("aria-label", new Regex("576 патчей"));
    }

    private static ILocator Picture(IPage page) => page.Locator("canvas[aria-roledescription='picture with patches']");

    private static Task Expect(ILocator locator) => Assertions.Expect(locator).ToBeVisibleAsync(new() { Timeout = 30_000 });

    [GeneratedRegex(@"images/guide/([\w-]+\.webp)")]
    private static partial Regex PictureName();

    /// <summary>A picture of the guide.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Path">Where it is taken.</param>
    /// <param name="ActAsync">What a person does there first; waits until the page shows what the guide says of it.</param>
    private sealed record Scene(string Name, string Path, Func<IPage, Task> ActAsync);
}
