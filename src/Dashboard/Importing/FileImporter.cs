using LogitLens.Dashboard.Analysis;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Archive;
using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Importing;

/// <summary>Imports files of one import, whatever their form; which it is, their content says.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class FileImporter(PageImporter pages, DocumentImporter documents, ImportStore archives, RunStore runs, PictureIntake pictures)
{
    private const int StartLength = 512;

    /// <summary>Imports a file. What is wrong with it is an outcome; only the database's own troubles are exceptions.</summary>
    /// <param name="name">What people know it as.</param>
    /// <param name="path">Where it lies.</param>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public async Task<ImportOutcome> ImportAsync(string name, string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
            var start = new byte[StartLength];
            var length = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
            stream.Position = 0;
            if (length == 0)
            {
                return ImportOutcome.Failed($"{name} is empty: take the file as its tool wrote it.");
            }

            return ArchiveReader.IsZip(start.AsSpan(0, length)) ? await ImportArchiveAsync(name, stream, cancellationToken)
                : DocumentImporter.IsLikely(start.AsSpan(0, length)) ? await documents.ImportAsync(name, stream, cancellationToken)
                : await ImportTextAsync(name, stream, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ImportOutcome.Failed($"{name} cannot be read ({exception.Message.TrimEnd('.')}): copy it again.");
        }
    }

    private async Task<ImportOutcome> ImportTextAsync(string name, FileStream stream, CancellationToken cancellationToken)
    {
        if (stream.Length > ImportLimits.FileBytes)
        {
            return ImportOutcome.Failed($"{name} has {stream.Length >> 20} MiB, and pages of up to {ImportLimits.FileBytes >> 20} MiB are read: it is no page of llava-interp and no archive of LogitLens.");
        }

        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        if (bytes.AsSpan().IndexOf("id=\"lx-record\""u8) >= 0)
        {
            return ImportOutcome.Failed($"{name} is a page that LogitLens exported to be looked at: export the run as an archive where it came from, and import that.");
        }

        return await Task.Run(() => pages.ImportAsync(name, bytes, cancellationToken), cancellationToken);
    }

    private async Task<ImportOutcome> ImportArchiveAsync(string name, FileStream stream, CancellationToken cancellationToken)
    {
        var (reader, error) = await ArchiveReader.OpenAsync(stream, name, cancellationToken);
        if (reader is null)
        {
            return ImportOutcome.Failed(error!);
        }

        using (reader)
        {
            var result = await reader.ImportAsync(archives, KeepImageAsync, null, cancellationToken);
            var note = NoteOf(result);
            return result.AnalysesAdded == 0 && result.FailureCount > 0
                ? ImportOutcome.Failed(note)
                : new ImportOutcome(
                    result.AnalysesAdded > 0 || result.RunsAdded > 0 ? ImportFileState.Imported : ImportFileState.AlreadyHere, note, await FirstDoneAsync(result.Runs, cancellationToken));
        }
    }

    private async Task<KeptImage> KeepImageAsync(string name, byte[] bytes, CancellationToken cancellationToken)
    {
        try
        {
            return new KeptImage(await pictures.AddAsync(name, bytes, cancellationToken), null);
        }
        catch (RefusedInputException refused)
        {
            return new KeptImage(null, refused.Message);
        }
    }

    private async Task<AnalysisId?> FirstDoneAsync(IReadOnlyList<RunId> imported, CancellationToken cancellationToken)
    {
        foreach (var run in imported)
        {
            if ((await runs.ListAnalysesAsync(run, AnalysisState.Done, 0, 1, cancellationToken)).Items is [var first])
            {
                return first.Id;
            }
        }

        return null;
    }

    private static string NoteOf(ArchiveImportResult result)
    {
        var note = $"{Count(result.AnalysesAdded, "analysis", "analyses")} of {Count(result.Runs.Count, "run", "runs")} added";
        note += result.AnalysesKnown > 0 ? $", {result.AnalysesKnown} were here already" : string.Empty;
        return result.FailureCount == 0 ? note + "." : $"{note}; {result.FailureCount} could not be taken over: {string.Join(" ", result.Failures.Take(3))}";
    }

    private static string Count(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";
}
