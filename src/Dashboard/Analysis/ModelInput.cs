using LogitLens.Inference;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;

namespace LogitLens.Dashboard.Analysis;

/// <summary>The pixels a checkpoint's vision tower was given of a picture.</summary>
internal static class ModelInput
{
    /// <summary>A PNG of one of the model's looks at the picture after resize and crop.</summary>
    /// <param name="folder">The checkpoint's folder; only its configuration is read.</param>
    /// <param name="bytes">The picture's file.</param>
    /// <param name="orientation">As the run had it.</param>
    /// <param name="look">The whole, as far as patches reach; or the tiles of the finer look put together, as far as the picture reaches.</param>
    /// <exception cref="RefusedInputException">The folder is no checkpoint any more, or the checkpoint has no finer look.</exception>
    public static byte[] From(string folder, byte[] bytes, PictureOrientation orientation, ModelLook look)
    {
        // It was let in under the limits of its day.
        var limits = new PictureLimits(long.MaxValue, PictureLimits.Default.MaxPixels);
        using var checkpoint = Checkpoint.Open(folder);
        var config = checkpoint.Config;
        var prepared = PictureProcessor.Open(folder, config).Prepare(PictureDecoder.Decode(bytes, orientation, limits));
        return PictureEncoder.ToPng(look == ModelLook.Whole ? Whole(prepared, config.Vision.PatchSize) : Fine(prepared, folder));
    }

    private static Picture Whole(PreparedPicture prepared, int side)
    {
        var (width, height) = (prepared.Width / side * side, prepared.Height / side * side);
        var seen = new byte[width * height * 3];
        for (var row = 0; row < height; row++)
        {
            prepared.Resized.AsSpan(row * prepared.Width * 3, width * 3).CopyTo(seen.AsSpan(row * width * 3));
        }

        return new Picture(width, height, seen);
    }

    private static Picture Fine(PreparedPicture prepared, string folder)
    {
        if (prepared.Fine is not { } grid || prepared.OnTiles is not { } place)
        {
            throw new RefusedInputException($"The checkpoint in {folder} takes one view of a picture, no tiles: ask for look=whole.");
        }

        var (left, top, width, height) = ((int)place.X, (int)place.Y, (int)place.Width, (int)place.Height);
        var seen = new byte[width * height * 3];
        for (var row = 0; row < height; row++)
        {
            var (tileRow, inside) = Math.DivRem(top + row, prepared.Height);
            for (var column = 0; column < width;)
            {
                var (tileColumn, from) = Math.DivRem(left + column, prepared.Width);
                var count = Math.Min(prepared.Width - from, width - column);

                // View 0 is the whole.
                var view = 1 + (tileRow * grid.TileColumns) + tileColumn;
                prepared.Resized.AsSpan(((((view * prepared.Height) + inside) * prepared.Width) + from) * 3, count * 3).CopyTo(seen.AsSpan(((row * width) + column) * 3));
                column += count;
            }
        }

        return new Picture(width, height, seen);
    }
}
