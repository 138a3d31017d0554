namespace LogitLens.Storage.Catalogue;

/// <summary>A checkpoint's id; URLs use its hash.</summary>
public readonly record struct CheckpointId(long Value);
