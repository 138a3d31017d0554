namespace LogitLens.Inference.Imaging;

/// <summary>Decodes untrusted picture bytes.</summary>
public static class PictureDecoder
{
    /// <summary>Reads the header only.</summary>
    /// <exception cref="RefusedInputException">Not a picture of a known format, or over a limit.</exception>
    public static PictureInfo Inspect(ReadOnlySpan<byte> bytes, PictureLimits limits) => throw new NotImplementedException();

    /// <summary>Decodes to RGB in the orientation asked for.</summary>
    /// <exception cref="RefusedInputException">Not a picture, over a limit, or cut short.</exception>
    public static Picture Decode(ReadOnlySpan<byte> bytes, PictureOrientation orientation, PictureLimits limits) => throw new NotImplementedException();
}
