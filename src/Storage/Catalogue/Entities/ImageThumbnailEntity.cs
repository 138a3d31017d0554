namespace LogitLens.Storage.Catalogue.Entities;

/// <summary>The thumbnail (WebP), apart from the picture: galleries read hundreds of them.</summary>
internal sealed class ImageThumbnailEntity
{
    public long ImageId { get; set; }

    public required byte[] Bytes { get; set; }

    public ImageEntity? Image { get; set; }
}
