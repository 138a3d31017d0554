namespace LogitLens.Inference.Imaging;

/// <summary>Where one patch lies.</summary>
/// <param name="Tile">The look at the picture it belongs to: 0 the picture as a whole, 1 the finer grid put together from tiles (LLaVA-NeXT, LLaVA-OneVision).</param>
/// <param name="Row">Row in that grid, from 0.</param>
/// <param name="Column">Column in that grid, from 0.</param>
/// <param name="Pixels">Its rectangle in the original picture.</param>
public readonly record struct PatchRegion(int Tile, int Row, int Column, PixelRectangle Pixels);
