namespace LogitLens.Storage.Care;

/// <summary>A backup found in a folder.</summary>
public sealed record StoredBackup(string Path, DateTimeOffset TakenAt, long Bytes);
