namespace LogitLens.Storage.Exchange.Export.Maps;

/// <summary>The page's colours that a figure uses, as in <c>wwwroot/css/app.css</c>; a test holds both to be equal.</summary>
public sealed record FigureTheme(Rgb Surface, Rgb Ground, Rgb Ink, Rgb InkSoft, Rgb Line, Rgb Accent, Rgb Dim, double DimStrength, ColourScale Depth)
{
    /// <summary>The light theme.</summary>
    public static FigureTheme Light { get; } = new(
        Rgb.Parse("#fbfbfa"), Rgb.Parse("#e6e8e8"), Rgb.Parse("#1b2024"), Rgb.Parse("#4a545c"), Rgb.Parse("#858e94"), Rgb.Parse("#0b6b74"), new Rgb(251, 251, 250), 0.74, ColourScale.Depth);

    /// <summary>The dark theme.</summary>
    public static FigureTheme Dark { get; } = new(
        Rgb.Parse("#14171a"), Rgb.Parse("#262b30"), Rgb.Parse("#e7eaec"), Rgb.Parse("#b4bdc3"), Rgb.Parse("#6b767e"), Rgb.Parse("#5cc4cc"), new Rgb(10, 12, 14), 0.68, ColourScale.DepthOnDark);
}
