namespace LogitLens.Inference.Imaging;

/// <summary>What a picture may at most be. Checked on the header, before any pixel is decoded.</summary>
/// <param name="MaxBytes">Largest file, in bytes.</param>
/// <param name="MaxPixels">Largest width × height.</param>
public sealed record PictureLimits(long MaxBytes = 64L << 20, long MaxPixels = 100_000_000)
{
    /// <summary>64 MiB and 100 megapixels.</summary>
    public static PictureLimits Default { get; } = new();
}
