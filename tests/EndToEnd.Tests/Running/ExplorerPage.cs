using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>The explorer on a page, by what a person sees of it.</summary>
internal sealed class ExplorerPage(WatchedPage watched)
{
    internal WatchedPage Watched => watched;

    internal IPage Page => watched.Page;

    internal ILocator Picture => Page.Locator("canvas[aria-roledescription='picture with patches']");

    internal ILocator Table => Page.Locator("canvas[aria-roledescription='table of positions and layers']");

    internal ILocator Inspector => Page.GetByRole(AriaRole.Region, new() { Name = "Inspector" });

    internal ILocator Layers => Page.GetByRole(AriaRole.Region, new() { Name = "Layers" });

    internal ILocator Map => Page.GetByLabel("Map over the picture");

    /// <summary>Opens an analysis and waits until all its patches are read.</summary>
    internal static async Task<ExplorerPage> OpenAsync(Browser browser, Uri address, long analysis, string query = "", int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var page = new ExplorerPage(await browser.OpenAsync(width, height, scheme));
        await page.Page.GotoAsync(new Uri(address, $"/analyses/{analysis}{query}").ToString());
        await Assertions.Expect(page.Picture).ToHaveAttributeAsync("aria-label", new Regex("\\d+ patches"));

        // The ranks below the first come after the first picture.
        await Assertions.Expect(page.Table).ToHaveAttributeAsync("aria-rowcount", new Regex("[1-9]"));
        await page.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        return page;
    }

    /// <summary>Moves the pointer to a place on an element, in shares of its size.</summary>
    internal async Task PointAsync(ILocator element, double across, double down)
    {
        var box = (await element.BoundingBoxAsync())!;
        await Page.Mouse.MoveAsync(box.X + (float)(box.Width * across), box.Y + (float)(box.Height * down));
    }

    /// <summary>Drags over the picture.</summary>
    internal async Task DragAsync((double Across, double Down) from, (double Across, double Down) to)
    {
        await PointAsync(Picture, from.Across, from.Down);
        await Page.Mouse.DownAsync();
        await PointAsync(Picture, (from.Across + to.Across) / 2, (from.Down + to.Down) / 2);
        await PointAsync(Picture, to.Across, to.Down);
        await Page.Mouse.UpAsync();
    }

    /// <summary>The colour of a pixel of the picture's lower canvas, at a place in shares of its size.</summary>
    internal async Task<int[]> ColourAsync(double across, double down) => await Page.EvaluateAsync<int[]>(
        "([x, y]) => { const canvas = document.querySelector('.lx-picture canvas'); return [...canvas.getContext('2d').getImageData(Math.floor(canvas.width * x), Math.floor(canvas.height * y), 1, 1).data].slice(0, 3); }",
        new[] { across, down });
}
