using LogitLens.Dashboard.Analysis;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Documents;
using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Importing;

/// <summary>Imports LogitLens' own JSON (version 2): one analysis, which goes into the run it came from.</summary>
internal sealed class DocumentImporter(ImportStore store, CheckpointStore checkpoints, RunStore runs, PictureIntake pictures)
{
    private const int PageSize = 500;
    private const int LargestVocabulary = 1 << 20;

    /// <summary>Whether a file begins as JSON does.</summary>
    public static bool IsLikely(ReadOnlySpan<byte> start) => start.TrimStart("\uFEFF \t\r\n"u8) is [(byte)'{', ..];

    /// <summary>Imports a document.</summary>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public async Task<ImportOutcome> ImportAsync(string name, Stream stream, CancellationToken cancellationToken)
    {
        var (document, error) = await ReadingsDocumentReader.ReadAsync(stream, name, cancellationToken);
        if (document is null)
        {
            return ImportOutcome.Failed(error!);
        }

        if (document.Version == ReadingsDocument.Plain)
        {
            return ImportOutcome.Failed(
                $"{name} is a document of version 1, which holds neither the picture nor the words of its tokens: export version 2, or an archive, from the LogitLens that has the run.");
        }

        var (importable, misfit) = await Task.Run(() => ReadingsDocumentReader.ToImportable(document, name), cancellationToken);
        return importable is null ? ImportOutcome.Failed(misfit!) : await WriteAsync(name, importable, cancellationToken);
    }

    private async Task<ImportOutcome> WriteAsync(string name, ImportableDocument document, CancellationToken cancellationToken)
    {
        var vocabulary = document.Checkpoint.VocabularySize;
        if (vocabulary > LargestVocabulary || document.Checkpoint.Tokens.Any(token => token.Id >= vocabulary))
        {
            return ImportOutcome.Failed($"{name}: its tokens do not fit a vocabulary of {vocabulary}, of which {LargestVocabulary} at most are taken: export the document again.");
        }

        ImageId image;
        try
        {
            image = await store.FindImageAsync(document.ImageSha256, cancellationToken)
                ?? (document.Picture is { } picture
                    ? (await pictures.AddAsync(document.ImageName, picture, cancellationToken)).Id
                    : throw new RefusedInputException($"{name} leaves its picture out, and {document.ImageName} is not in the database: add the picture first, or export the document with it."));
        }
        catch (RefusedInputException refused)
        {
            return ImportOutcome.Failed(refused.Message);
        }

        var checkpoint = await store.AddCheckpointAsync(document.Checkpoint, cancellationToken);
        if (checkpoint.Layers != document.Checkpoint.Layers || checkpoint.VocabularySize != document.Checkpoint.VocabularySize)
        {
            return ImportOutcome.Failed($"{name}: the database knows {checkpoint.Name} with other sizes under the same hash, so it cannot be the same checkpoint: export the document again.");
        }

        await checkpoints.AddTokensAsync(checkpoint.Id, document.Checkpoint.Tokens, cancellationToken);
        if (await store.AddRunAsync(document.Run with { Checkpoint = checkpoint.Id }, cancellationToken) is null)
        {
            return ImportOutcome.Failed($"{name}: the database has a run of the same id and other settings, which was left as it is: it cannot be the same run.");
        }

        var isNew = await store.AddAnalysisAsync(document.Run.Id, document.Analysis with { Image = image }, cancellationToken);
        return new ImportOutcome(isNew ? ImportFileState.Imported : ImportFileState.AlreadyHere, null, await FindAsync(document.Run.Id, document.Analysis.Ordinal, cancellationToken));
    }

    private async Task<AnalysisId?> FindAsync(RunId run, int ordinal, CancellationToken cancellationToken)
    {
        for (var skip = 0; ; skip += PageSize)
        {
            var page = await runs.ListAnalysesAsync(run, null, skip, PageSize, cancellationToken);
            if (page.Items.FirstOrDefault(row => row.Ordinal == ordinal) is { } found)
            {
                return found.Id;
            }

            if (page.Items.Count < PageSize)
            {
                return null;
            }
        }
    }
}
