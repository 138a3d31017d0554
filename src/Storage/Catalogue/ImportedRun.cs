using LogitLens.Storage.Labels;

namespace LogitLens.Storage.Catalogue;

/// <summary>A run computed elsewhere.</summary>
/// <param name="Id">The id it has there and keeps here.</param>
/// <param name="Prompt">The prompt all items share, or null where they differ.</param>
public sealed record ImportedRun(RunId Id, string Name, CheckpointId Checkpoint, RunSettings Settings, string Provenance, string? Prompt, DateTimeOffset CreatedAt)
{
    /// <summary>The token index holds what is top-1 and what has at least this probability; null for the database's own setting.</summary>
    public double? IndexThreshold { get; init; }

    /// <summary>How long the tokens beyond top-1 stay.</summary>
    public RunRetention Retention { get; init; } = RunRetention.Default;

    /// <summary>Its tags and note.</summary>
    public SubjectLabels Labels { get; init; } = SubjectLabels.None;
}
