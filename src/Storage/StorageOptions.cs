namespace LogitLens.Storage;

/// <summary>Where the data lives.</summary>
public sealed class StorageOptions
{
    /// <summary>Full path of the SQLite file; its folder is created.</summary>
    public required string DatabasePath { get; set; }

    /// <summary>
    /// Runs started from now on index each position's top-1 token, and any other kept token of at least this probability: more than 0, at most 1 (then top-1
    /// only). Each run keeps the value it was started with.
    /// </summary>
    public double IndexThreshold { get; set; } = DefaultIndexThreshold;

    /// <summary>See <see cref="IndexThreshold"/>.</summary>
    public const double DefaultIndexThreshold = 0.1;
}
