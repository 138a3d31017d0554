namespace LogitLens.Inference.Imaging;

/// <summary>Where one patch lies.</summary>
/// <param name="Tile">The tile it belongs to; 0 for models that see one crop.</param>
/// <param name="Row">Row in the tile's grid, from 0.</param>
/// <param name="Column">Column in the tile's grid, from 0.</param>
/// <param name="Pixels">Its rectangle in the original picture.</param>
public readonly record struct PatchRegion(int Tile, int Row, int Column, PixelRectangle Pixels);
