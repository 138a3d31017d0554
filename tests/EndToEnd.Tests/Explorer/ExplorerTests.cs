using System.Globalization;
using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Explorer;

/// <summary>What a newcomer does: start, open the demo picture, point at things.</summary>
public sealed partial class ExplorerTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    [Fact]
    public async Task Hover_DemoPicture_ReadsTheObjectWhereItStandsAndSendsNothing()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 900);
        var page = watched.Page;

        // From the first page, by what a person sees.
        await page.GotoAsync(demo.Address.ToString());
        await page.GetByRole(AriaRole.Link, new() { NameRegex = GardenName() }).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("garden.jpg");
        var grid = page.Locator("canvas[aria-roledescription='picture with patches']");
        await Assertions.Expect(grid).ToHaveAttributeAsync("aria-label", new Regex("576 patches, each at its best layer"));
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Answer" })).ToContainTextAsync("cat");

        // Let the circuit come to rest, then count.
        await page.WaitForTimeoutAsync(1500);
        var before = watched.FramesSent;
        var box = (await grid.BoundingBoxAsync())!;
        var inspector = page.GetByRole(AriaRole.Region, new() { Name = "Inspector" });
        var seen = new Dictionary<string, (double X, double Y, string Token)>();
        var moves = 0;
        for (var row = 0; row < 12; row++)
        {
            for (var column = 0; column < 20; column++)
            {
                await page.Mouse.MoveAsync(box.X + (float)(box.Width * (column + 0.5) / 20), box.Y + (float)(box.Height * (row + 0.5) / 12));
                moves++;
                var text = await inspector.InnerTextAsync();
                if (PatchTitle().Match(text) is { Success: true } title)
                {
                    double Number(int group) => double.Parse(title.Groups[group].Value, CultureInfo.InvariantCulture);
                    var token = await inspector.GetByRole(AriaRole.List, new() { Name = "Top tokens" }).GetByRole(AriaRole.Listitem).First.InnerTextAsync();
                    seen[title.Groups[1].Value] = ((Number(2) + Number(3)) / 2, (Number(4) + Number(5)) / 2, token);
                }
            }
        }

        Assert.True(moves >= 200);
        Assert.Equal(before, watched.FramesSent);

        // Where the cat and the sunflower were drawn, their names are read; on the grass they are not.
        var objects = Annotations.Of("garden.jpg");
        Assert.True(seen.Count > 100, $"Only {seen.Count} patches were met by {moves} moves.");
        foreach (var name in (string[])["cat", "sunflower"])
        {
            var patches = seen.Values.Where(patch => objects.Single(item => item.Name == name).Contains(patch.X, patch.Y)).ToList();
            var named = patches.Count(patch => IsFirstPiece(patch.Token, name));
            Assert.True(patches.Count >= 5 && named * 2 > patches.Count, $"{named} of {patches.Count} patches on the {name} read its name: {string.Join(" | ", patches.Select(p => p.Token.Split('\n')[0]))}");
        }

        // The README's picture: the pointer on the cat, the patch locked.
        var onCat = (X: box.X + (box.Width * 0.38f), Y: box.Y + (box.Height * 0.5f));
        await page.Mouse.MoveAsync(onCat.X, onCat.Y);
        await page.Mouse.DownAsync();
        await page.Mouse.UpAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("lock="));
        await watched.ScreenshotAsync("explorer-garden");
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Keyboard_AloneOnThePicture_MovesLocksAndChangesTheLayer()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync(new Uri(demo.Address, $"/analyses/{demo.AnalysisOf("garden.jpg")}").ToString());
        var grid = page.Locator("canvas[aria-roledescription='picture with patches']");
        await Assertions.Expect(grid).ToHaveAttributeAsync("aria-label", new Regex("576 patches"));

        await grid.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowDown");
        var inspector = page.GetByRole(AriaRole.Region, new() { Name = "Inspector" });
        await Assertions.Expect(inspector).ToContainTextAsync(new Regex("patch r\\d+ c\\d+"));
        var place = PatchTitle().Match(await inspector.InnerTextAsync()).Groups[1].Value;

        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("lock="));
        await page.Keyboard.PressAsync("[");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("layer="));

        // Whoever opens the link sees the same.
        var other = await browser.OpenAsync();
        await other.Page.GotoAsync(page.Url);
        await Assertions.Expect(other.Page.GetByRole(AriaRole.Region, new() { Name = "Inspector" })).ToContainTextAsync(place);
        await Assertions.Expect(other.Page.Locator("canvas[aria-roledescription='picture with patches']")).Not.ToHaveAttributeAsync("aria-label", new Regex("each at its best layer"));

        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("lock="));
        watched.AssertQuiet();
        other.AssertQuiet();
    }

    private static bool IsFirstPiece(string shown, string name)
    {
        var piece = shown.Split('\n')[0].Trim().TrimStart('␣').Trim();
        return piece.Length > 0 && name.StartsWith(piece, StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex(@"patch (r\d+ c\d+)\s*·\s*([\d.]+)–([\d.]+) × ([\d.]+)–([\d.]+) px")]
    private static partial Regex PatchTitle();

    [GeneratedRegex(@"garden\.jpg")]
    private static partial Regex GardenName();
}
