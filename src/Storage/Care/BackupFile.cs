namespace LogitLens.Storage.Care;

/// <summary>A backup that was written and looked at.</summary>
/// <param name="Path">Full path of the file; its checksum lies beside it as <c>NAME.sha256</c>.</param>
/// <param name="Sha256">Of the file's bytes, in lower-case hexadecimal.</param>
/// <param name="TakenAt">The moment the copy shows.</param>
public sealed record BackupFile(string Path, long Bytes, string Sha256, DateTimeOffset TakenAt, TimeSpan Took);
