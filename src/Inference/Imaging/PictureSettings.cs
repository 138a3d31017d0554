namespace LogitLens.Inference.Imaging;

/// <summary>What <c>preprocessor_config.json</c> asks for.</summary>
/// <param name="Processor">The class it names.</param>
/// <param name="Resize">Null where nothing is resized.</param>
/// <param name="Crop">Null where nothing is cut off.</param>
/// <param name="Tiles">The canvases a picture may be cut into tiles on, as height and width; null for a processor that makes one view.</param>
/// <param name="Filter">How to interpolate.</param>
/// <param name="RescaleFactor">Null where bytes stay bytes.</param>
/// <param name="Mean">Of the three channels; null where nothing is normalised.</param>
/// <param name="Deviation">Of the three channels.</param>
internal sealed record PictureSettings(
    string Processor,
    ResizeRule? Resize,
    (int Width, int Height)? Crop,
    IReadOnlyList<(int Height, int Width)>? Tiles,
    ResampleFilter Filter,
    double? RescaleFactor,
    float[]? Mean,
    float[]? Deviation)
{
    /// <summary>Longest side a view may have, in pixels.</summary>
    public const int MaxInputSide = 4096;

    /// <summary>One value per channel and byte, in the order and the types of transformers: rescaled in double, kept in single, normalised in single.</summary>
    public float[][] ValuesOfBytes()
        => [.. Enumerable.Range(0, 3).Select(channel => Enumerable.Range(0, 256).Select(value => Value(channel, value)).ToArray())];

    private float Value(int channel, int value)
    {
        var rescaled = (float)(RescaleFactor is { } factor ? value * factor : value);
        return Mean is null || Deviation is null ? rescaled : (rescaled - Mean[channel]) / Deviation[channel];
    }
}
