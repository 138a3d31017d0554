using System.Collections.Concurrent;
using LogitLens.Dashboard.Hosting;
using LogitLens.Inference;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Importing;

/// <summary>Keeps copies of uploaded files in the data folder until they have been read, so that neither a closed page nor a restart loses them.</summary>
internal sealed class ImportSpool(IOptions<LogitLensOptions> options)
{
    private const string FolderName = "imports";

    private readonly ConcurrentDictionary<string, bool> _arriving = new(StringComparer.Ordinal);

    private string Folder => Path.Combine(Path.GetFullPath(options.Value.DataFolder), FolderName);

    /// <summary>Copies a stream; gives the copy's name, to be settled once it stands in the database.</summary>
    /// <exception cref="RefusedInputException">Over the limit, or the disk is full or read-only; nothing is kept.</exception>
    public async Task<string> KeepAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        var copy = Guid.NewGuid().ToString("N");
        var path = PathOf(copy);
        _arriving[copy] = true;
        try
        {
            Directory.CreateDirectory(Folder);
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
            var buffer = new byte[1 << 16];
            var total = 0L;
            while (await content.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                total += read;
                if (total > options.Value.MaxImportBytes)
                {
                    throw new RefusedInputException(
                        $"{name} is larger than the {options.Value.MaxImportBytes >> 20} MiB an imported file may have: import it with the command line, or raise {LogitLensOptions.Section}:{nameof(LogitLensOptions.MaxImportBytes)}.");
                }

                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            return copy;
        }
        catch (Exception exception)
        {
            Forget(copy);
            Settle(copy);
            throw exception is IOException or UnauthorizedAccessException && exception is not Microsoft.AspNetCore.Http.BadHttpRequestException
                ? new RefusedInputException($"{name} cannot be taken in ({exception.Message.TrimEnd('.')}): free space in {Folder} or make it writable, then import it again.", exception)
                : exception;
        }
    }

    /// <summary>Where a copy lies.</summary>
    public string PathOf(string copy) => Path.Combine(Folder, Path.GetFileName(copy));

    /// <summary>Deletes a copy.</summary>
    public void Forget(string copy)
    {
        try
        {
            File.Delete(PathOf(copy));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It goes at the next start.
        }
    }

    /// <summary>Says that a copy stands in the database now, or never will.</summary>
    public void Settle(string copy) => _arriving.TryRemove(copy, out _);

    /// <summary>Deletes whatever nobody waits for.</summary>
    /// <param name="wanted">Gives the names of copies that stand in the database.</param>
    public async Task SweepAsync(Func<Task<IReadOnlySet<string>>> wanted)
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        // In this order: whatever lies there now is arriving still, or has come into the database by the time that is asked.
        var found = Directory.GetFiles(Folder).Select(path => Path.GetFileName(path)).ToList();
        var arriving = _arriving.Keys.ToHashSet(StringComparer.Ordinal);
        var waiting = await wanted();
        foreach (var copy in found.Where(copy => !arriving.Contains(copy) && !waiting.Contains(copy)))
        {
            Forget(copy);
        }
    }
}
