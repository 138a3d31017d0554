namespace LogitLens.Storage.Gallery;

/// <summary>A saved view of the gallery.</summary>
internal sealed class SavedViewEntity
{
    public long Id { get; set; }

    public required string Name { get; set; }

    /// <summary>The gallery's address after its question mark.</summary>
    public required string Query { get; set; }

    /// <summary>The browser it was saved in.</summary>
    public required string Owner { get; set; }

    /// <summary>What the person calls themselves; null where they did not say.</summary>
    public string? OwnerName { get; set; }

    public bool IsShared { get; set; }

    public DateTimeOffset ChangedAt { get; set; }
}
