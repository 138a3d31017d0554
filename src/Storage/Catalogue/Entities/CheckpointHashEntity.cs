namespace LogitLens.Storage.Catalogue.Entities;

/// <summary>The hash of files that need not be read again: known by the SHA-256 of their fingerprint, which itself may be long.</summary>
internal sealed class CheckpointHashEntity
{
    public required string FingerprintSha256 { get; set; }

    public required string Hash { get; set; }
}
