namespace LogitLens.Storage.Care;

/// <summary>A database that was put back.</summary>
/// <param name="Path">Where it lies now.</param>
/// <param name="Replaced">Where the database it took the place of is kept; null if there was none.</param>
/// <param name="NeedsUpgrade">Whether the next start brings it to this version's form.</param>
public sealed record RestoredDatabase(string Path, string? Replaced, bool NeedsUpgrade);
