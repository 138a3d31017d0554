using LogitLens.Dashboard.Analysis;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Documents;
using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Importing;

/// <summary>Imports LogitLens' own JSON (version 2): one analysis, which goes into the run it came from.</summary>
internal sealed class DocumentImporter(ImportStore store, PictureIntake pictures)
{
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

        NewImage? picture = null;
        if (await store.FindImageAsync(document.ImageSha256, cancellationToken) is null)
        {
            if (document.Picture is not { } bytes)
            {
                return ImportOutcome.Failed(
                    $"{name} leaves its picture out, and {document.ImageName} is not in the database: add the picture first, or export the document with it.");
            }

            try
            {
                picture = await pictures.PrepareAsync(document.ImageName, bytes, cancellationToken);
            }
            catch (RefusedInputException refused)
            {
                return ImportOutcome.Failed(refused.Message);
            }
        }

        var (analysis, isNew, misfit) = await store.AddDocumentAsync(document, picture, cancellationToken);
        return analysis is null
            ? ImportOutcome.Failed($"{name}: {misfit}")
            : new ImportOutcome(isNew ? ImportFileState.Imported : ImportFileState.AlreadyHere, null, analysis);
    }
}
