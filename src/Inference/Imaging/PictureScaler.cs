namespace LogitLens.Inference.Imaging;

/// <summary>Pictures in another size, for showing.</summary>
public static class PictureScaler
{
    /// <summary>The picture at <paramref name="width"/> × <paramref name="height"/> pixels, but never enlarged: a side that would grow stays.</summary>
    public static Picture Shrink(Picture picture, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var (w, h) = (Math.Clamp(width, 1, picture.Width), Math.Clamp(height, 1, picture.Height));
        return (w, h) == (picture.Width, picture.Height) ? picture : new Picture(w, h, PictureResizer.Resize(picture, w, h, 0, 0, w, h, ResampleFilter.Bicubic));
    }
}
