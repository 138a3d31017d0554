namespace LogitLens.Inference.Imaging;

/// <summary>The picture formats that are read, told apart by content, never by file name.</summary>
public enum PictureFormat
{
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
}
