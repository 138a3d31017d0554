namespace LogitLens.Inference.Checkpoints;

/// <summary>How a model that looks at a picture twice (LLaVA-NeXT, LLaVA-OneVision) chooses the tiles of its finer look.</summary>
/// <param name="Resolutions">Height and width, in pixels, of the canvases a picture may be put on (<c>image_grid_pinpoints</c>).</param>
/// <param name="MostTiles">A finer grid of more patches than so many tiles have is shrunk (N of <c>anyres_max_N</c>); null where it never is.</param>
public sealed record TilingConfig(IReadOnlyList<(int Height, int Width)> Resolutions, int? MostTiles);
