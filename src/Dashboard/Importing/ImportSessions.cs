using LogitLens.Dashboard.Analysis;
using LogitLens.Storage;
using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Importing;

/// <summary>Opens importers for imports.</summary>
internal sealed class ImportSessions(CheckpointNaming naming, ForeignFileStore files, ImportStore archives, CheckpointStore checkpoints, RunStore runs, PictureIntake pictures)
{
    /// <summary>Checks what an import names as its checkpoint.</summary>
    /// <exception cref="Inference.RefusedInputException">Neither a folder with a tokenizer nor a checkpoint the database knows.</exception>
    public Task RequireCheckpointAsync(string? named, CancellationToken cancellationToken) => naming.FindAsync(named, cancellationToken);

    /// <summary>An importer for the files of one import.</summary>
    /// <exception cref="Inference.RefusedInputException">The checkpoint it names is not there any more.</exception>
    public async Task<FileImporter> OpenAsync(ImportJobId job, string name, string? checkpoint, CancellationToken cancellationToken) =>
        new(
            new PageImporter(files, checkpoints, job, name, await naming.FindAsync(checkpoint, cancellationToken)),
            new DocumentImporter(archives, pictures),
            archives,
            runs,
            pictures);
}
