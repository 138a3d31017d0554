using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Comparisons;

/// <summary>A run that another can be compared with.</summary>
/// <param name="Images">Images that both have, Done.</param>
public sealed record ComparableRun(RunId Id, string Name, string CheckpointName, string? Prompt, int Images);
