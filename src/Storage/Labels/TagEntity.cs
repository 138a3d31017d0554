namespace LogitLens.Storage.Labels;

/// <summary>A tag; it goes with the last thing that bears it.</summary>
internal sealed class TagEntity
{
    public long Id { get; set; }

    /// <summary>As it was first written.</summary>
    public required string Name { get; set; }

    /// <summary><see cref="Name"/> folded by <see cref="Catalogue.NameKeys"/>: tags that differ by case are one.</summary>
    public required string NameKey { get; set; }

    public List<TagLinkEntity> Links { get; } = [];
}
