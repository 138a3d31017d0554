namespace LogitLens.Dashboard.Components.Images;

/// <summary>How large tiles are: the fewer there are, the larger.</summary>
internal static class TileSize
{
    private const int Few = 8;
    private const int Some = 20;

    /// <summary>The class of a list of so many tiles.</summary>
    public static string Of(int tiles) => tiles switch { <= Few => "ll-gallery ll-gallery-few", <= Some => "ll-gallery ll-gallery-some", _ => "ll-gallery" };
}
