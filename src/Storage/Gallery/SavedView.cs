namespace LogitLens.Storage.Gallery;

/// <summary>A saved view of the gallery.</summary>
/// <param name="Query">The gallery's address after its question mark.</param>
/// <param name="IsMine">Whether it was saved by who asked.</param>
/// <param name="OwnerName">What the person who saved it calls themselves; null where they did not say.</param>
public sealed record SavedView(long Id, string Name, string Query, bool IsMine, bool IsShared, string? OwnerName, DateTimeOffset ChangedAt);
