using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;
using SkiaSharp;

namespace LogitLens.EndToEnd.Tests.Guide;

/// <summary>The pictures of docs/guide.md, one in each theme.</summary>
internal static class GuidePictures
{
    private const int Quality = 88;

    /// <summary>Set, pictures go into the documents; else only into the test's output folder.</summary>
    internal const string Switch = "LOGITLENS_WRITE_GUIDE";

    /// <summary>Where the documents have them.</summary>
    internal static string Folder { get; } = Path.Combine(DashboardProcess.RepositoryRoot, "docs", "images", "guide");

    /// <summary>The document.</summary>
    internal static string Document { get; } = Path.Combine(DashboardProcess.RepositoryRoot, "docs", "guide.md");

    /// <summary>The file of a picture.</summary>
    internal static string NameOf(string name, ColorScheme scheme) => $"{name}-{(scheme == ColorScheme.Dark ? "dark" : "light")}.webp";

    /// <summary>Takes one. WebP at a quality at which text stays sharp: a tenth of the PNG.</summary>
    internal static async Task TakeAsync(WatchedPage watched, string name, ColorScheme scheme)
    {
        var png = await watched.ScreenshotAsync($"guide-{name}-{scheme}");
        if (Environment.GetEnvironmentVariable(Switch) is null or "")
        {
            return;
        }

        using var bitmap = SKBitmap.Decode(png);
        using var data = bitmap.Encode(SKEncodedImageFormat.Webp, Quality);
        Directory.CreateDirectory(Folder);
        await using var file = File.Create(Path.Combine(Folder, NameOf(name, scheme)));
        data.SaveTo(file);
    }
}
