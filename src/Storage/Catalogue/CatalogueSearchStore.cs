using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Finds images and runs by words of their names and tags, images by the beginning of their SHA-256, runs and analyses by their numbers.</summary>
/// <remarks>Case and the composition of accents never matter. Tokens are <see cref="TokenIndexStore"/>'s.</remarks>
public sealed class CatalogueSearchStore
{
    private readonly DatabaseReader _reader;

    internal CatalogueSearchStore(DatabaseReader reader) => _reader = reader;

    /// <summary>A page of the images of which every word of a text stands in the name or in a tag, newest first.</summary>
    /// <param name="text">Words between white space; blank finds nothing.</param>
    /// <param name="skip">How many of those found come before the page.</param>
    /// <param name="take">The most to give.</param>
    /// <param name="cancellationToken">Ends it between two queries.</param>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<Page<ImageRow>> FindImagesAsync(string text, int skip, int take, CancellationToken cancellationToken)
    {
        var words = WordsOf(text);
        return words.Length == 0 ? Task.FromResult(new Page<ImageRow>([], 0)) : _reader.ReadAsync(
            async (context, token) =>
            {
                IQueryable<ImageEntity> images = context.Images;
                foreach (var word in words)
                {
                    var tagged = context.TagLinks.Where(l => l.ImageId != null && l.Tag!.NameKey.Contains(word)).Select(l => l.ImageId!.Value);
                    images = images.Where(i => i.NameKey.Contains(word) || tagged.Contains(i.Id));
                }

                var total = await images.CountAsync(token);
                return new Page<ImageRow>(await images.OrderByDescending(i => i.Id).Skip(skip).Take(take).ToRowsAsync(token), total);
            },
            cancellationToken);
    }

    /// <summary>A page of the runs of which every word of a text stands in the name, the checkpoint's name or a tag, newest first.</summary>
    /// <param name="text">Words between white space; blank finds nothing.</param>
    /// <param name="skip">How many of those found come before the page.</param>
    /// <param name="take">The most to give.</param>
    /// <param name="cancellationToken">Ends it between two queries.</param>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<Page<RunRow>> FindRunsAsync(string text, int skip, int take, CancellationToken cancellationToken)
    {
        var words = WordsOf(text);
        return words.Length == 0 ? Task.FromResult(new Page<RunRow>([], 0)) : _reader.ReadAsync(
            async (context, token) =>
            {
                // A lab has thousands of runs at most, and SQLite's own comparison knows the letters of ASCII only.
                var names = await context.Runs
                    .Where(r => !r.Deleting)
                    .OrderByDescending(r => r.Number)
                    .Select(r => new { r.Number, r.Name, Checkpoint = r.Checkpoint!.Name })
                    .ToListAsync(token);
                var tags = (await context.TagLinks.Where(l => l.RunNumber != null).Select(l => new { Run = l.RunNumber!.Value, l.Tag!.Name }).ToListAsync(token)).ToLookup(l => l.Run, l => l.Name);
                var found = names.Where(r => Fits(string.Join('\n', [r.Name, r.Checkpoint, .. tags[r.Number]]), words)).Select(r => r.Number).ToList();
                var page = found.Skip(skip).Take(take).ToList();
                var rows = await context.Runs.Where(r => page.Contains(r.Number)).OrderByDescending(r => r.Number).ToRowsAsync(context, token);
                return new Page<RunRow>(rows, found.Count);
            },
            cancellationToken);
    }

    /// <summary>The run of a number (<see cref="RunRow.Number"/>), or null.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<RunRow?> FindRunAsync(long number, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) => (await context.Runs.Where(r => r.Number == number && !r.Deleting).ToRowsAsync(context, token)).SingleOrDefault(),
        cancellationToken);

    /// <summary>An analysis, or null.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<AnalysisRow?> FindAnalysisAsync(AnalysisId id, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) => (await context.Analyses.Where(a => a.Id == id.Value).ToRowsAsync(token)).SingleOrDefault(),
        cancellationToken);

    /// <summary>Images whose SHA-256 begins so, at most <paramref name="take"/>.</summary>
    /// <param name="beginning">Hexadecimal digits, in any case; with anything else there is none.</param>
    /// <param name="take">The most to give.</param>
    /// <param name="cancellationToken">Ends it between two queries.</param>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<IReadOnlyList<ImageRow>> FindImagesByHashAsync(string beginning, int take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(beginning);
        if (!beginning.All(char.IsAsciiHexDigit))
        {
            return Task.FromResult<IReadOnlyList<ImageRow>>([]);
        }

        // Unlike LIKE, GLOB minds the case and can go by the index.
        var pattern = beginning.ToLowerInvariant() + "*";
        return _reader.ReadAsync<IReadOnlyList<ImageRow>>(
            async (context, token) => await context.Images
                .Where(i => EF.Functions.Glob(i.Sha256, pattern))
                .OrderBy(i => i.Sha256)
                .Take(take)
                .ToRowsAsync(token),
            cancellationToken);
    }

    private static string[] WordsOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(NameKeys.Of)];
    }

    private static bool Fits(string text, string[] words)
    {
        var key = NameKeys.Of(text);
        return Array.TrueForAll(words, word => key.Contains(word, StringComparison.Ordinal));
    }
}
