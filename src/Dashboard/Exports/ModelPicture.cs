using System.Text.Json;
using LogitLens.Dashboard.Analysis;
using LogitLens.Inference.Imaging;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Exports;

/// <summary>Pictures as exported files carry them: no larger than they are shown.</summary>
internal static class ModelPicture
{
    /// <summary>Of <see cref="Scaled"/>.</summary>
    public const string MediaType = "image/jpeg";

    private const int DefaultPatchSize = 14;
    private const int MapQuality = 92;
    private const float PageQuality = 85;
    private const int SmallFile = 48 * 1024;
    private const double MostPixels = 4_000_000;

    /// <summary>The pixels of a patch's side in the model's input, from a checkpoint's details; 14, as of the CLIP and SigLIP towers in use, where they don't say.</summary>
    public static int PatchSizeOf(string? details)
    {
        try
        {
            using var json = JsonDocument.Parse(details ?? "{}");
            return json.RootElement.TryGetProperty("config", out var config) && config.TryGetProperty("vision", out var vision)
                && vision.TryGetProperty("patchSize", out var size) && size.TryGetInt32(out var pixels) && pixels > 0
                ? pixels
                : DefaultPatchSize;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return DefaultPatchSize;
        }
    }

    /// <summary>
    /// The whole picture at the resolution in which the model saw its part of it, as WebP; a small file that every browser shows as it was analysed goes as it is.
    /// </summary>
    public static (byte[] Bytes, string MediaType) ForPage(byte[] file, PictureOrientation orientation, AnalysisLayout? layout, int patchSize)
    {
        var (bytes, mediaType) = BrowserPicture.From(file, orientation);
        if (bytes.Length <= SmallFile)
        {
            return (bytes, mediaType);
        }

        var picture = Decode(file, orientation);
        var patch = layout?.Positions.Where(position => position.Pixels is not null).Select(position => position.Pixels!.Value.Width).DefaultIfEmpty(0).Min() ?? 0;
        var scale = patch > 0 ? Math.Min(1, patchSize / patch) : 1;
        scale = Math.Min(scale, Math.Sqrt(MostPixels / ((double)picture.Width * picture.Height)));
        scale = Math.Min(scale, PictureEncoder.MaxWebPSide / (double)Math.Max(picture.Width, picture.Height));
        picture = PictureScaler.Shrink(picture, (int)Math.Round(picture.Width * scale), (int)Math.Round(picture.Height * scale));
        return (PictureEncoder.ToLossyWebP(picture, PageQuality), "image/webp");
    }

    /// <summary>The whole picture as JPEG, shrunk to a map's size if it is larger.</summary>
    public static byte[] Scaled(byte[] file, PictureOrientation orientation, double width, double height) =>
        PictureEncoder.ToJpeg(PictureScaler.Shrink(Decode(file, orientation), (int)Math.Ceiling(width), (int)Math.Ceiling(height)), MapQuality);

    // It was let in under the limits of its day.
    private static Picture Decode(byte[] file, PictureOrientation orientation) =>
        PictureDecoder.Decode(file, orientation, new PictureLimits(long.MaxValue, PictureLimits.Default.MaxPixels));
}
