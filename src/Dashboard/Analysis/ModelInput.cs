using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;

namespace LogitLens.Dashboard.Analysis;

/// <summary>The pixels a checkpoint's vision tower was given of a picture.</summary>
internal static class ModelInput
{
    /// <summary>A PNG of the view of the whole picture after resize and crop, as far as patches reach.</summary>
    /// <param name="folder">The checkpoint's folder; only its configuration is read.</param>
    /// <param name="bytes">The picture's file.</param>
    /// <param name="orientation">As the run had it.</param>
    /// <exception cref="Inference.RefusedInputException">The folder is no checkpoint any more.</exception>
    public static byte[] From(string folder, byte[] bytes, PictureOrientation orientation)
    {
        // It was let in under the limits of its day.
        var limits = new PictureLimits(long.MaxValue, PictureLimits.Default.MaxPixels);
        using var checkpoint = Checkpoint.Open(folder);
        var config = checkpoint.Config;
        var prepared = PictureProcessor.Open(folder, config).Prepare(PictureDecoder.Decode(bytes, orientation, limits));
        var side = config.Vision.PatchSize;
        var (width, height) = (prepared.Width / side * side, prepared.Height / side * side);
        var seen = new byte[width * height * 3];
        for (var row = 0; row < height; row++)
        {
            prepared.Resized.AsSpan(row * prepared.Width * 3, width * 3).CopyTo(seen.AsSpan(row * width * 3));
        }

        return PictureEncoder.ToPng(new Picture(width, height, seen));
    }
}
