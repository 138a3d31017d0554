namespace LogitLens.Storage.Catalogue.Entities;

internal sealed class RunEntity
{
    /// <summary>The order in which runs were added; what analyses refer to (8 bytes in their indexes, not a GUID's 32 letters).</summary>
    public long Number { get; set; }

    /// <summary>What URLs and other rooms know the run by.</summary>
    public Guid Id { get; set; }

    public required string Name { get; set; }

    public long CheckpointId { get; set; }

    /// <summary>JSON of <see cref="RunSettings"/>, written by <see cref="RunSettingsJson"/>.</summary>
    public required string Settings { get; set; }

    public required string Provenance { get; set; }

    /// <summary>The prompt all items share, or null where they differ.</summary>
    public string? Prompt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>The token index holds what is top-1 and what has at least this probability.</summary>
    public double IndexThreshold { get; set; }

    /// <summary>Deleting has begun: its sums are gone, and it goes on at the next start if it is interrupted.</summary>
    public bool Deleting { get; set; }

    /// <summary>What is let go of, and when.</summary>
    public RetentionKind Retention { get; set; }

    /// <summary>With <see cref="RetentionKind.Days"/>: how many.</summary>
    public int? RetentionDays { get; set; }

    public CheckpointEntity? Checkpoint { get; set; }

    public List<AnalysisEntity> Analyses { get; } = [];
}
