using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Storage.Catalogue.Entities;

/// <summary>One import: some files that were handed over together.</summary>
internal sealed class ImportJobEntity
{
    /// <summary>The order in which imports were started; what files refer to.</summary>
    public long Number { get; set; }

    public Guid Id { get; set; }

    public required string Name { get; set; }

    /// <summary>The checkpoint as it was named (a folder or a hash); null where none was.</summary>
    public string? Checkpoint { get; set; }

    public ImportJobState State { get; set; }

    /// <summary>No more files come.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Files that are to come, as far as it is known.</summary>
    public int Total { get; set; }

    public int Imported { get; set; }

    public int AlreadyHere { get; set; }

    public int Failed { get; set; }

    /// <summary>Why it ended early, in a sentence.</summary>
    public string? Error { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public List<ImportFileEntity> Files { get; } = [];
}
