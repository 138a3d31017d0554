namespace LogitLens.Storage.Catalogue.Entities;

internal sealed class ImageEntity
{
    public long Id { get; set; }

    public required string Sha256 { get; set; }

    public required string Name { get; set; }

    /// <summary><see cref="Name"/> folded by <see cref="NameKeys"/>, because SQLite's own LIKE knows the case of ASCII letters only.</summary>
    public required string NameKey { get; set; }

    public required string MediaType { get; set; }

    public int Width { get; set; }

    public int Height { get; set; }

    public int ExifOrientation { get; set; }

    public long ByteLength { get; set; }

    public DateTimeOffset AddedAt { get; set; }

    public List<AnalysisEntity> Analyses { get; } = [];

    public ImageContentEntity? Content { get; set; }

    public ImageThumbnailEntity? Thumbnail { get; set; }
}
