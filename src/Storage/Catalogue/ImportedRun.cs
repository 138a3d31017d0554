namespace LogitLens.Storage.Catalogue;

/// <summary>A run computed elsewhere.</summary>
/// <param name="Id">The id it has there and keeps here.</param>
/// <param name="Prompt">The prompt all items share, or null where they differ.</param>
public sealed record ImportedRun(RunId Id, string Name, CheckpointId Checkpoint, RunSettings Settings, string Provenance, string? Prompt, DateTimeOffset CreatedAt);
