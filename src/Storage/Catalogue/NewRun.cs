namespace LogitLens.Storage.Catalogue;

/// <summary>A run to start; its analyses are queued in the same transaction.</summary>
/// <param name="Provenance">Versions and machine facts as JSON.</param>
public sealed record NewRun(string Name, CheckpointId Checkpoint, RunSettings Settings, string Provenance, IReadOnlyList<NewItem> Items);
