namespace LogitLens.Storage.Catalogue;

/// <summary>A file kept in the database.</summary>
public sealed record StoredFile(byte[] Bytes, string MediaType, string Name);
