using LogitLens.Dashboard.Components.Exports;
using LogitLens.Dashboard.Exports;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Export;
using LogitLens.Storage.Exchange.Export.Maps;

namespace LogitLens.Dashboard.Tests.Exports;

public sealed class ExportFormTests
{
    private static readonly RunId Run = new(Guid.Parse("0190d3e0-0000-7000-8000-000000000001"));

    [Fact]
    public void ToUrl_Untouched_NamesTheFormatAlone() =>
        Assert.Equal($"/api/runs/{Run}/export?format=html&ticket=t", new ExportForm().ToUrl(ExportScope.Of(Run), "t"));

    [Fact]
    public void ToUrl_AnyMap_IsReadBackAsItWasFilledIn()
    {
        var form = new ExportForm
        {
            Format = ExportFormat.Svg, Map = MapKind.Token, TokenId = 7, Layer = 0, Dark = true, OverPicture = false, Size = 300, Legend = false, By = BestBy.Margin, Window = "emb-12",
        };
        var scope = new ExportScope([Run], [new AnalysisId(3)]);

        var url = form.ToUrl(scope, "t");

        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(url[url.IndexOf('?', StringComparison.Ordinal)..]);
        var request = ExportOptionsReader.Read(scope, name => query.TryGetValue(name, out var value) ? value.ToString() : null, name => name);
        Assert.StartsWith("/api/export?run=", url, StringComparison.Ordinal);
        Assert.Equal(new MapOptions(MapKind.Token, 0, BestBy.P, null, 7, true, false, 0.6, 300, null, false), request.Map);
        Assert.Equal("Choose the token the map is of.", new ExportForm { Format = ExportFormat.Png, Map = MapKind.Token }.Obstacle);
    }

    [Theory]
    [InlineData("?map=entropy&layer=9&by=margin&window=1-12", MapKind.Entropy, 9, BestBy.Margin, "1-12")]
    [InlineData("map=best&layer=emb", MapKind.Best, 0, BestBy.P, null)]
    [InlineData("map=somethingnew&layer=best&by=5", MapKind.Best, null, BestBy.P, null)]
    public void TakeView_ExplorersAddress_IsTakenOver(string query, MapKind map, int? layer, BestBy by, string? window)
    {
        var form = new ExportForm();

        form.TakeView(query);

        Assert.Equal((map, layer, by, window), (form.Map, form.Layer, form.By, form.Window));
    }

    [Theory]
    [InlineData("a/b:c?.png", "b_c_")]
    [InlineData("猫.jpg", "猫")]
    [InlineData("...", "export")]
    [InlineData("x\u202Egnp.exe.png", "x_gnp.exe")]
    public void OfImage_AnyName_IsOneAFileSystemTakes(string name, string expected) => Assert.Equal(expected, FileNames.OfImage(name));
}
