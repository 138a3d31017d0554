using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LogitLens.Storage.Exchange.Export.Maps;

namespace LogitLens.Storage.Tests.Exchange.Export;

public sealed partial class MapTests
{
    private static readonly byte[] Picture = [0xFF, 0xD8, 1, 2, 3];

    [Theory]
    [InlineData("SURE_SCALE")]
    [InlineData("DEPTH")]
    public void Scales_AreTheExplorers(string name)
    {
        var script = File.ReadAllText(RepositoryFiles.Find("wwwroot/js/explorer/theme.js"));
        var stops = Regex.Match(script, $@"const {name} = \[(?<stops>[^\]]*)\];").Groups["stops"].Value;
        var scale = name == "DEPTH" ? ColourScale.Depth : ColourScale.Sure;

        Assert.Equal(stops.Split(',').Select(stop => stop.Trim().Trim('\'')), scale.Stops);
        Assert.Equal(ColourScale.Depth.Stops.Reverse(), ColourScale.DepthOnDark.Stops);
        Assert.Contains("const STEPS = 256;", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Scale_BetweenStops_MixesAsTheExplorer()
    {
        // theme.js mixes channel by channel at step / 255 · (stops − 1) and rounds half up; worked out by hand for #00224e → #123570 at 1/9 of the way through a stop.
        Assert.Equal(Rgb.Parse("#00224e"), ColourScale.Sure[0]);
        Assert.Equal(Rgb.Parse("#fee838"), ColourScale.Sure[1]);
        Assert.Equal(new Rgb(9, 43, 95), ColourScale.Sure[14 / 255.0]);
        Assert.Equal(Rgb.Parse("#fee838"), ColourScale.Sure[7]);
        Assert.Equal(Rgb.Parse("#00224e"), ColourScale.Sure[-1]);
    }

    [Theory]
    [InlineData(false, ":root {")]
    [InlineData(true, "[data-theme=\"dark\"] {")]
    public void Themes_AreThePages(bool dark, string rule)
    {
        var style = File.ReadAllText(RepositoryFiles.Find("wwwroot/css/app.css"));
        var from = style.IndexOf(rule, StringComparison.Ordinal);
        var block = style[from..style.IndexOf('}', from)];
        var theme = dark ? FigureTheme.Dark : FigureTheme.Light;

        Assert.Equal(
            [Property("surface"), Property("surface-3"), Property("ink"), Property("ink-soft"), Property("line-strong"), Property("accent")],
            new[] { theme.Surface, theme.Ground, theme.Ink, theme.InkSoft, theme.Line, theme.Accent }.Select(colour => colour.ToString()));

        string Property(string name) => Regex.Match(block, $"--ll-{name}: (#[0-9a-f]{{6}});").Groups[1].Value;
    }

    [Fact]
    public void Create_BestLayers_ColoursByDepthInsideTheWindow()
    {
        // By confidence the first of the layers 1 and 2 is surest everywhere; emb is surer, but outside 1…L.
        var figure = Create(new MapOptions());

        Assert.Equal(2, figure.Cells.Count);
        Assert.All(figure.Cells, cell => Assert.Equal(ColourScale.Depth[0.5], cell.Colour));
        Assert.All(Create(new MapOptions(Window: (0, 2))).Cells, cell => Assert.Equal(ColourScale.Depth[0], cell.Colour));
        Assert.All(Create(new MapOptions(Window: (2, 2))).Cells, cell => Assert.Equal(ColourScale.Depth[1], cell.Colour));
    }

    [Fact]
    public void Create_ConfidenceAtALayer_ColoursByItsProbability()
    {
        var figure = Create(new MapOptions(MapKind.Confidence, Layer: 2, Dark: true));

        var expected = (float)Math.Exp((float)(Half)(-0.1f * (4 + 1 + 1)));
        Assert.Equal(ColourScale.Sure[expected], figure.Cells[0].Colour);
        Assert.Contains("layer 2", figure.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_Entropy_IsBrightWhereItIsLow()
    {
        var figure = Create(new MapOptions(MapKind.Entropy, Layer: 1));

        Assert.Equal(ColourScale.Sure[1 - ((float)(Half)2.3f / Math.Log2(100))], figure.Cells[0].Colour);
        Assert.Contains(figure.Texts, text => text.Text == "6.6");
    }

    [Fact]
    public void Create_TokenMap_TakesRanksThenTrackedThenNothing()
    {
        var (figure, _) = MapFigureBuilder.Create(Exported.Analysis(tracked: [6]), new MapOptions(MapKind.Token, Layer: 2, TokenId: 6));

        // The first patch keeps 4, 5, 6; the second 5, 6, 7.
        Assert.All(figure!.Cells, cell => Assert.NotEqual(ColourScale.Sure[0], cell.Colour));
        Assert.DoesNotContain(figure.Texts, text => text.Text.Contains("below", StringComparison.Ordinal));
        Assert.All(Create(new MapOptions(MapKind.Token, Layer: 2, TokenId: 1)).Cells, cell => Assert.Equal(ColourScale.Sure[0], cell.Colour));
        Assert.Contains(Create(new MapOptions(MapKind.Token, Layer: 2, TokenId: 1)).Texts, text => text.Text.Contains("(2 of 2 patches)", StringComparison.Ordinal));
    }

    [Fact]
    public void Create_FillerMap_CountsThem()
    {
        var figure = Create(new MapOptions(MapKind.Filler, Layer: 2));

        Assert.Equal([true, false], figure.Cells.Select(cell => cell.IsFiller));
        Assert.Contains(figure.Texts, text => text.Text == "filler: 1 of 2 patches");
    }

    [Fact]
    public void Create_Size_IsThatOfThePicturesLongerSide()
    {
        var figure = Create(new MapOptions(Size: 320));

        Assert.Equal((320, 240), (figure.Picture.Width, figure.Picture.Height));
        Assert.Equal(new PixelBox(figure.Picture.X + 40, figure.Picture.Y, 240, 240), figure.Seen);
        var bare = Create(new MapOptions(Size: 320, Title: "", Legend: false));
        Assert.Equal((320, 240), (bare.Width, bare.Height));
    }

    public static TheoryData<MapOptions, string> Impossible => new()
    {
        { new MapOptions(MapKind.Entropy), "no entropies" },
        { new MapOptions(Layer: 7), "choose one of emb, 1, 2" },
        { new MapOptions(MapKind.Token), "which" },
        { new MapOptions(MapKind.Token, TokenId: 100), "0 to 99" },
        { new MapOptions(Size: 10), "64 to 8192" },
        { new MapOptions(Strength: double.NaN), "0 to 1" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Create_WhatCannotBeDrawn_IsRefusedWithASentence(MapOptions options, string expected)
    {
        var (figure, error) = MapFigureBuilder.Create(Exported.Analysis(entropy: false), options);

        Assert.Null(figure);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Svg_AnyMap_HoldsPictureCellsLegendAndNothingFromElsewhere()
    {
        var svg = Svg(Create(new MapOptions(MapKind.Confidence)));

        var root = XDocument.Parse(svg).Root!;
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal($"data:image/jpeg;base64,{Convert.ToBase64String(Picture)}", root.Element(ns + "image")!.Attribute("href")!.Value);
        Assert.Equal(2, root.Descendants(ns + "g").Count(g => g.Element(ns + "title") is not null));
        Assert.Contains(root.Descendants(ns + "title"), title => title.Value.StartsWith("r0 c0: ", StringComparison.Ordinal));
        Assert.Equal(ColourScale.Sure.Stops, root.Descendants(ns + "stop").Select(stop => stop.Attribute("stop-color")!.Value));
        Assert.Contains(root.Descendants(ns + "text"), text => text.Value.StartsWith("garden.jpg: confidence", StringComparison.Ordinal));
        Assert.DoesNotContain("<script", svg, StringComparison.Ordinal);
        Assert.DoesNotMatch(References(), svg);
    }

    [Theory]
    [InlineData("</svg><script>alert(1)</script>.png")]
    [InlineData("a\u0000b\u0001\uFFFE.png")]
    [InlineData("\"onload=\"x&amp;.png")]
    public void Svg_HostileNames_StayText(string name)
    {
        var (figure, _) = MapFigureBuilder.Create(Exported.Analysis(imageName: name), new MapOptions(OverPicture: false, Size: 2000));

        var root = XDocument.Parse(Svg(figure!)).Root!;
        Assert.DoesNotContain(root.Descendants(), element => element.Name.LocalName == "script");
        Assert.Contains(root.Descendants(), element => element.Name.LocalName == "text" && element.Value.Contains(".png: best layer", StringComparison.Ordinal));
    }

    [Fact]
    public void Svg_OtherLocale_WritesNumbersWithAPoint()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Contains("stroke-opacity=\"0.22\"", Svg(Create(new MapOptions())), StringComparison.Ordinal);
            Assert.Contains("fill-opacity=\"0.6\"", Svg(Create(new MapOptions())), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static MapFigure Create(MapOptions options)
    {
        var (figure, error) = MapFigureBuilder.Create(Exported.Analysis(), options);
        Assert.Null(error);
        return figure!;
    }

    private static string Svg(MapFigure figure)
    {
        using var output = new MemoryStream();
        SvgMap.Write(output, figure, Picture, "image/jpeg");
        return Encoding.UTF8.GetString(output.ToArray());
    }

    [GeneratedRegex("(href|src|url)[=(]\"?(?!data:|#)[a-z/]")]
    private static partial Regex References();
}
