using LogitLens.Dashboard.Exports;
using LogitLens.Inference;
using LogitLens.Inference.Imaging;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Puts one analysis' self-contained page together from the database.</summary>
internal static class AnalysisPage
{
    /// <summary>The page as UTF-8.</summary>
    public static async Task<byte[]> WriteAsync(
        AnalysisDetail detail, ReadingStore readings, CheckpointStore checkpoints, ImageStore images, CancellationToken cancellationToken)
    {
        var file = await images.ReadAsync(detail.Image.Id, cancellationToken)
            ?? throw new RefusedInputException($"The picture {detail.Image.Name} is no longer in the database.");
        var patchSize = ModelPicture.PatchSizeOf(await checkpoints.ReadDetailsAsync(detail.Run.Checkpoint.Hash, cancellationToken));
        var tokens = await checkpoints.ReadTokensAsync(detail.Run.Checkpoint.Hash, cancellationToken);
        var layers = await readings.ReadAsync(detail.Row.Id, 0, cancellationToken);
        return await Task.Run(
            () =>
            {
                var orientation = detail.Run.Settings.ApplyExifOrientation ? PictureOrientation.Exif : PictureOrientation.AsStored;
                var (picture, mediaType) = ModelPicture.ForPage(file.Bytes, orientation, detail.Layout, patchSize);
                using var page = new MemoryStream();
                StandalonePage.Write(page, AnalysisManifest.From(detail), tokens, layers, picture, mediaType);
                return page.ToArray();
            },
            cancellationToken);
    }
}
