namespace LogitLens.Inference.Imaging;

/// <summary>Small pictures for galleries.</summary>
public static class PictureThumbnail
{
    /// <summary>The longest side of a thumbnail, in pixels.</summary>
    public const int MaxSide = 320;

    private const float Quality = 80;

    /// <summary>A WebP of the picture as it is stored (EXIF orientation not applied), its longest side at most <see cref="MaxSide"/>; never enlarged.</summary>
    /// <exception cref="RefusedInputException">Not a picture, over a limit, or cut short.</exception>
    public static byte[] Create(ReadOnlySpan<byte> bytes, PictureLimits limits)
        => Create(PictureDecoder.Decode(bytes, PictureOrientation.AsStored, limits));

    /// <summary>The same, of the picture turned as EXIF says; null where it says nothing, so that <see cref="Create(ReadOnlySpan{byte}, PictureLimits)"/> is that already.</summary>
    /// <exception cref="RefusedInputException">Not a picture, over a limit, or cut short.</exception>
    public static byte[]? CreateTurned(ReadOnlySpan<byte> bytes, PictureLimits limits)
        => PictureDecoder.Inspect(bytes, limits).ExifOrientation == 1 ? null : Create(PictureDecoder.Decode(bytes, PictureOrientation.Exif, limits));

    /// <summary>The same, of a picture that has been decoded already.</summary>
    public static byte[] Create(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var longest = Math.Max(picture.Width, picture.Height);
        if (longest > MaxSide)
        {
            var width = Scale(picture.Width);
            var height = Scale(picture.Height);
            picture = new Picture(width, height, PictureResizer.Resize(picture, width, height, 0, 0, width, height, ResampleFilter.Bicubic));
        }

        return PictureEncoder.ToLossyWebP(picture, Quality);

        int Scale(int side) => Math.Max(1, (int)Math.Round((double)side * MaxSide / longest));
    }
}
