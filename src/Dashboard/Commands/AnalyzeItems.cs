using LogitLens.Inference;
using LogitLens.Storage.Exchange;

namespace LogitLens.Dashboard.Commands;

/// <summary>Finds the pictures that <c>analyze</c> was asked for.</summary>
internal static class AnalyzeItems
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"];

    /// <summary>The items in order: files as given, folders by name, tables by line.</summary>
    /// <exception cref="RefusedInputException">Nothing to analyse, or a table that cannot be used.</exception>
    public static async Task<IReadOnlyList<AnalyzeItem>> FindAsync(AnalyzeRequest request, CancellationToken cancellationToken)
    {
        var files = request.Images.SelectMany(Expand).ToList();
        var found = request.Items is { } table
            ? await FromTableAsync(table, files, cancellationToken)
            : files.Count > 0
                ? files.Select(file => (File: file, Prompt: (string?)null, Answer: (string?)null))
                : throw new RefusedInputException("There is nothing to analyse: name pictures or a folder of pictures with --images, or a table with --items.");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. found
                .Take(request.Limit ?? int.MaxValue)
                .Select(item => new AnalyzeItem(item.File, Path.GetFileName(item.File), NameFor(item.File, names), item.Prompt, item.Answer)),
        ];
    }

    /// <summary>A file as it is, whatever it is; of a folder, what looks like a picture.</summary>
    private static IEnumerable<string> Expand(string path)
    {
        if (!Directory.Exists(path))
        {
            return [Path.GetFullPath(path)];
        }

        var files = Directory
            .EnumerateFiles(path)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Select(Path.GetFullPath)
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count > 0 ? files : throw new RefusedInputException($"The folder {path} holds no pictures ({string.Join(", ", Extensions)}): name another with --images.");
    }

    private static async Task<IEnumerable<(string File, string? Prompt, string? Answer)>> FromTableAsync(string table, List<string> files, CancellationToken cancellationToken)
    {
        ItemTableResult read;
        try
        {
            await using var stream = File.OpenRead(table);
            read = await ItemTable.ReadAsync(stream, Path.GetFileName(table), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"The table {table} cannot be read ({exception.Message.TrimEnd('.')}): name a CSV file with --items.", exception);
        }

        if (read.Error is { } error)
        {
            throw new RefusedInputException(error);
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(table))!;
        var byName = files.GroupBy(file => Path.GetFileName(file), StringComparer.OrdinalIgnoreCase).ToDictionary(same => same.Key, same => same.First(), StringComparer.OrdinalIgnoreCase);
        return read.Items.Select(item =>
        {
            // Another system's separators are read as well: tables travel.
            var image = item.Image.Replace('\\', '/');
            var beside = Path.GetFullPath(Path.Combine(folder, image));
            var file = File.Exists(beside) ? beside
                : byName.TryGetValue(Path.GetFileName(image), out var named) ? named
                : beside;
            return (file, item.Prompt, item.TrueAnswer);
        });
    }

    /// <summary>The file's name without its extension; <c>-2</c>, <c>-3</c>, … where it was given already, on any file system.</summary>
    private static string NameFor(string file, HashSet<string> taken)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var candidate = name;
        for (var number = 2; !taken.Add(candidate); number++)
        {
            candidate = $"{name}-{number}";
        }

        return candidate;
    }
}
