using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>The pages of the program over the demo; paths as <see cref="DemoDashboard.PathAsync"/> reads them.</summary>
public static class DemoPages
{
    /// <summary>Names and paths.</summary>
    public static IEnumerable<(string Name, string Path)> All =>
    [
        ("home", "/"),
        ("runs", "/runs"),
        ("run", "/runs/{run}"),
        ("new-run", "/runs/new"),
        ("images", "/images"),
        ("images-token", "/images?text=cat&layers=8-&p=0.3"),
        ("image", "/images/{picture}"),
        ("compare", "/compare?a={garden},{beach}&layer=9&lock=a200"),
        ("atlas", "/atlas"),
        ("atlas-cat", "/atlas?text=cat&match=exact"),
        ("shortcuts", "/shortcuts"),
        ("imports", "/imports"),
        ("data", "/data"),
        ("explorer", "/analyses/{garden}"),
        ("explorer-token", "/analyses/{garden}?map=token&token=300&layer=9&pins=300&with=200-205_224-229"),
        ("explorer-compared", "/analyses/{garden}?map=mask&pair=3-12&lock=200"),
        ("masks", "/runs/{run}/masks"),
        ("statistics", "/statistics"),
        ("statistics-run", "/runs/{run}/statistics?group=text&tables=best"),
        ("report", "/runs/{run}/report"),
        ("nowhere", "/nowhere"),
    ];

    /// <summary>Waits until a page shows what it is about, in whatever language.</summary>
    public static async Task WaitAsync(IPage page, string name)
    {
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        var view = name.Split('-')[0] switch
        {
            "explorer" => ".lx-inspector",
            "compare" => ".lc-comparison[data-whole]",
            "masks" => "[role=toolbar]",
            _ => null,
        };
        if (view is not null)
        {
            await Assertions.Expect(page.Locator(view).First).ToBeVisibleAsync();
        }
    }
}
