using Bunit;
using LogitLens.Dashboard.Components.Atlas;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Images;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Gallery;
using ImagePage = LogitLens.Dashboard.Components.Pages.Image;
using ImagesPage = LogitLens.Dashboard.Components.Pages.Images;
using TestContext = Xunit.TestContext;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class ImagesPagesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Images_SearchInAddress_ShowsOnlyThose()
    {
        await using var context = await PagesContext.CreateAsync();
        await context.AddImageAsync("garden.png", 1);
        await context.AddImageAsync("Gardener.png", 2);
        await context.AddImageAsync("beach.png", 3);
        var page = context.Show<ImagesPage>("/images?search=garden");
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll(".ll-image").Count));
        Assert.Equal("garden", page.Find("#image-search").GetAttribute("value"));
    }

    [Fact]
    public async Task Images_Typing_SearchesOnceAndPutsItIntoTheAddress()
    {
        await using var context = await PagesContext.CreateAsync();
        await context.AddImageAsync("garden.png", 1);
        await context.AddImageAsync("beach.png", 3);
        var page = context.Show<ImagesPage>("/images");
        page.WaitForElements(".ll-image");
        foreach (var typed in new[] { "b", "be", "bea " })
        {
            page.Find("#image-search").Input(typed);
        }

        page.WaitForAssertion(() => Assert.EndsWith("/images?imageName=bea", context.Navigation.Uri, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".ll-image")));
        Assert.Equal("bea ", page.Find("#image-search").GetAttribute("value"));
    }

    [Fact]
    public async Task Images_Select_LeadsToANewRunWithThem()
    {
        await using var context = await PagesContext.CreateAsync();
        var first = await context.AddImageAsync("a.png", 1);
        var second = await context.AddImageAsync("b.png", 2);
        var page = context.Show<ImagesPage>("/images");
        page.WaitForElements(".ll-image input");
        page.WaitForAssertion(() => page.Find("input[aria-label='Select a.png']").Change(true));
        page.WaitForAssertion(() => page.Find("input[aria-label='Select b.png']").Change(true));
        page.WaitForAssertion(() => Assert.NotNull(page.Find($"a[href='/runs/new?images={first.Id.Value}-{second.Id.Value}']")));
    }

    [Fact]
    public async Task Images_DeleteUnused_KeepsWhatARunUses()
    {
        await using var context = await PagesContext.CreateAsync();
        var used = await context.AddImageAsync("used.png", 1);
        await context.AddImageAsync("spare.png", 2);
        await context.StartAsync("uses one", used);
        var page = context.Show<ImagesPage>("/images");
        page.WaitForElements(".ll-image input");
        page.WaitForAssertion(() => page.FindAll("button").Single(button => button.TextContent == "Select this page").Click());
        page.WaitForAssertion(() => page.FindAll("button").Single(button => button.TextContent.Trim() == "Delete…").Click());
        page.WaitForAssertion(() => Assert.Contains("1 image goes that no analysis uses", page.Find(".mud-dialog").TextContent, StringComparison.Ordinal));
        Assert.Contains("uses one", page.Find(".mud-dialog").TextContent, StringComparison.Ordinal);
        page.WaitForAssertion(() => page.FindAll(".mud-dialog button").Single(button => button.TextContent.Trim() == "Delete").Click());
        page.WaitForAssertion(() => Assert.Contains("1 image deleted; 1 kept", page.Markup, StringComparison.Ordinal));
        Assert.Equal("used.png", Assert.Single((await context.Images.ListAsync(null, 0, 10, Token)).Items).Name);
    }

    [Fact]
    public async Task Images_None_ShowsTheButtonThatEndsTheEmptiness()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Show<ImagesPage>("/images");
        page.WaitForAssertion(() => Assert.Contains("No image yet", page.Markup, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, "--aspect:1.5", "")]
    [InlineData(true, "--aspect:0.667", "?orientation=exif")]
    public async Task Tile_WhosePatchesAreLit_ShowsThePictureAsTheRunSawIt(bool upright, string aspect, string query)
    {
        await using var context = await PagesContext.CreateAsync();
        var image = await context.AddImageAsync("lying.png", 1) with { ExifOrientation = 6 };
        var hit = new GalleryHit(0.5, 7, "␣cat", 3, 0, "abc", upright);
        var tile = context.Bunit.Render<ImageTile>(parameters => parameters.Add(t => t.Item, new GalleryItem(image, new AnalysisId(1), 1, null, hit, [], false)));
        Assert.Equal(aspect, tile.Find("li").GetAttribute("style"));
        Assert.Equal($"{Urls.Thumbnail(image.Sha256)}{query}", tile.Find("a[data-analysis] img").GetAttribute("src"));

        // The very token, not every token that reads the same.
        Assert.Equal(new AtlasState().Of("abc", [7]).ToUrl(), tile.Find(".ll-image-fact a").GetAttribute("href"));
    }

    [Fact]
    public async Task Image_Analysed_ShowsFactsAndAnalyses()
    {
        await using var context = await PagesContext.CreateAsync();
        var image = await context.AddImageAsync("a.png", 1);
        await context.StartAsync("its run", image);
        var page = context.Show<ImagePage>($"/images/{image.Sha256}", ("Sha256", image.Sha256));
        page.WaitForAssertion(() => Assert.Equal("its run", page.Find("tbody th a").TextContent));
        Assert.Contains("24 × 16 px", page.Find(".ll-facts").TextContent, StringComparison.Ordinal);
        Assert.Contains("queued", page.Find("tbody").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(page.FindAll("button"), button => button.TextContent.Contains("Delete", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Image_Unknown_SaysSo()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Show<ImagePage>("/images/abc", ("Sha256", "abc"));
        page.WaitForAssertion(() => Assert.Contains("There is no such image", page.Markup, StringComparison.Ordinal));
    }
}
