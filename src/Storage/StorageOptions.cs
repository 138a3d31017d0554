namespace LogitLens.Storage;

/// <summary>Where the data lives.</summary>
public sealed class StorageOptions
{
    /// <summary>Full path of the SQLite file; its folder is created.</summary>
    public required string DatabasePath { get; set; }
}
