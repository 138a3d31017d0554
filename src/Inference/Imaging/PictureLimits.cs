namespace LogitLens.Inference.Imaging;

/// <summary>What a picture may at most be. Checked on the header, before any pixel is decoded.</summary>
/// <param name="MaxBytes">Largest file, in bytes.</param>
/// <param name="MaxPixels">Largest width × height.</param>
/// <param name="MaxSide">Longest side, in pixels; JPEG's own bound by default.</param>
public sealed record PictureLimits(long MaxBytes = 64L << 20, long MaxPixels = 100_000_000, int MaxSide = 65_535)
{
    /// <summary>64 MiB, 100 megapixels, sides of 65,535.</summary>
    public static PictureLimits Default { get; } = new();
}
