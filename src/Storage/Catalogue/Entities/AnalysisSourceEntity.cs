namespace LogitLens.Storage.Catalogue.Entities;

/// <summary>The file an imported analysis came from.</summary>
internal sealed class AnalysisSourceEntity
{
    public long AnalysisId { get; set; }

    /// <summary>Of the file's bytes, lower-case hex.</summary>
    public required string Sha256 { get; set; }

    /// <summary>What was named as the checkpoint, so that a file imported with one and without is two analyses; "" for none.</summary>
    public required string CheckpointKey { get; set; }

    /// <summary>JSON of <see cref="AnalysisSource"/>.</summary>
    public required string Details { get; set; }

    public AnalysisEntity? Analysis { get; set; }
}
