using LogitLens.Inference;

namespace LogitLens.Dashboard.Importing;

/// <summary>Finds the files that paths on the command line name.</summary>
internal static class ImportPaths
{
    /// <summary>What is taken out of folders; a file that is named itself is taken whatever it is called.</summary>
    private static readonly string[] Extensions = [".html", ".htm", ".json", ".zip"];

    /// <summary>Whether a file of that name is looked at where many are offered at once.</summary>
    public static bool IsOffered(string name) => Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>Files as named, those of a folder and its folders in the order of their paths, each once.</summary>
    /// <exception cref="RefusedInputException">A path that is not there, a folder that cannot be read, or nothing to import in it.</exception>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> paths)
    {
        var files = new List<string>();
        foreach (var path in paths)
        {
            if (File.Exists(path))
            {
                files.Add(Path.GetFullPath(path));
            }
            else if (Directory.Exists(path))
            {
                files.AddRange(In(path));
            }
            else
            {
                throw new RefusedInputException($"There is no file or folder at {path}: give the path of a page, an archive or a folder of them.");
            }
        }

        return [.. files.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether JSON begins as LogitLens' own does; other programs keep theirs beside their pages.</summary>
    private static bool IsDocument(string path)
    {
        var start = new byte[64];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return start.AsSpan(0, length).TrimStart("\uFEFF \t\r\n{"u8).StartsWith("\"version\""u8);
    }

    private static List<string> In(string folder)
    {
        try
        {
            var found = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(IsOffered)
                .Where(file => !Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase) || IsDocument(file))
                .Select(Path.GetFullPath)
                .Order(StringComparer.Ordinal)
                .ToList();
            return found.Count > 0
                ? found
                : throw new RefusedInputException($"There is nothing to import in {folder}: files ending in {string.Join(", ", Extensions)} are looked for.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"{folder} cannot be read ({exception.Message.TrimEnd('.')}): make it readable for this user.", exception);
        }
    }
}
