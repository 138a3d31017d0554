using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>A run a person asks for.</summary>
/// <param name="CheckpointFolder">The checkpoint's folder; null for the default checkpoint.</param>
/// <param name="Prompt">A question or a full prompt, for the items without their own.</param>
public sealed record RequestedRun(string Name, string? CheckpointFolder, string Prompt, RunSettings Settings, IReadOnlyList<RequestedItem> Items);
