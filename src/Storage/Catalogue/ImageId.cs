namespace LogitLens.Storage.Catalogue;

/// <summary>An image's id; URLs use its SHA-256.</summary>
public readonly record struct ImageId(long Value);
