using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Storage.Catalogue.Entities;

/// <summary>One file of an import, and what became of it.</summary>
internal sealed class ImportFileEntity
{
    public long JobNumber { get; set; }

    public int Ordinal { get; set; }

    public required string Name { get; set; }

    public ImportFileState State { get; set; }

    /// <summary>What its copy is called that is kept until it has been read; null where it is read where it lies.</summary>
    public string? Copy { get; set; }

    /// <summary>Why it failed, in a sentence; or what else there is to say.</summary>
    public string? Note { get; set; }

    /// <summary>The analysis it became or had become; null where there is none, several, or none any more.</summary>
    public long? AnalysisId { get; set; }

    public ImportJobEntity? Job { get; set; }

    public AnalysisEntity? Analysis { get; set; }
}
