namespace LogitLens.Storage.Catalogue;

/// <summary>A run in a list.</summary>
/// <param name="Prompt">The prompt all items share, or null where they differ.</param>
public sealed record RunRow(
    RunId Id,
    string Name,
    CheckpointRow Checkpoint,
    RunSettings Settings,
    string Provenance,
    string? Prompt,
    DateTimeOffset CreatedAt,
    RunCounts Counts);
