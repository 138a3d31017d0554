namespace LogitLens.Storage.Catalogue;

/// <summary>The file an analysis was imported from, with what was named as its checkpoint: by both together a file is known as already here.</summary>
/// <param name="CheckpointKey">"" if no checkpoint was named.</param>
public sealed record ImportedSource(AnalysisSource Facts, string CheckpointKey);
