namespace LogitLens.Storage.Catalogue.Entities;

/// <summary>The picture file, in a table of its own so that lists never read past it.</summary>
internal sealed class ImageContentEntity
{
    public long ImageId { get; set; }

    public required byte[] Bytes { get; set; }

    public ImageEntity? Image { get; set; }
}
