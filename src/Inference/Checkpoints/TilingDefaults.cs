namespace LogitLens.Inference.Checkpoints;

/// <summary>The canvases a picture may be cut into tiles on where no file names them: transformers' defaults, as height and width.</summary>
internal static class TilingDefaults
{
    /// <summary>LLaVA-NeXT's, in tiles of 336 pixels.</summary>
    public static IReadOnlyList<(int Height, int Width)> Next { get; } = [(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)];

    /// <summary>LLaVA-OneVision's, in tiles of 384 pixels: up to six by six.</summary>
    public static IReadOnlyList<(int Height, int Width)> OneVision { get; } =
        [.. Enumerable.Range(1, 6).SelectMany(rows => Enumerable.Range(1, 6).Select(columns => (rows * 384, columns * 384)))];
}
