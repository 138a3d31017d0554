namespace LogitLens.Storage.Tests;

/// <summary>Files of the repository that tests hold the program against.</summary>
internal static class RepositoryFiles
{
    /// <summary>The path of a file, given from the repository's top.</summary>
    public static string Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LogitLens.sln")))
            {
                return Path.Combine(folder.FullName, path);
            }
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
