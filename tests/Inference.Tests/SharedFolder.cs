namespace LogitLens.Inference.Tests;

/// <summary>The folder of reference numbers that stands beside the checkout, where there is one.</summary>
internal static class SharedFolder
{
    /// <summary>Its path, or null where this machine has none.</summary>
    public static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var shared = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(shared, "goldens")))
            {
                return shared;
            }
        }

        return null;
    }

    /// <summary>The path of something inside it; skips the test where it is missing.</summary>
    public static string Require(string relative)
    {
        var path = Path.Combine(Find() ?? string.Empty, relative);
        Assert.SkipUnless(Path.Exists(path), $"There is no shared/{relative} above {AppContext.BaseDirectory}.");
        return path;
    }
}
