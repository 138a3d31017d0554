namespace LogitLens.Storage.Tests;

/// <summary>The folder of reference numbers that stands beside the repository in this workplace.</summary>
internal static class SharedFolder
{
    /// <summary>The path of a file in it; the test is skipped where there is none.</summary>
    public static string Find(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var shared = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(shared, "goldens")))
            {
                return Path.Combine([shared, .. parts]);
            }
        }

        Assert.Skip("There is no shared folder with reference numbers above the tests' output.");
        return string.Empty;
    }
}
