namespace LogitLens.Inference.Imaging;

/// <summary>A picture as the vision tower takes it: one view of it, or a view of the whole and then the tiles of a finer look.</summary>
/// <param name="Views">Number of views.</param>
/// <param name="Width">Width of each view, in pixels.</param>
/// <param name="Height">Height of each view, in pixels.</param>
/// <param name="Resized">Views × Height × Width × 3 bytes after resize and crop, before rescaling: what the model saw.</param>
/// <param name="PixelValues">Views × 3 × Height × Width values after rescaling and normalising.</param>
/// <param name="Seen">The part of the original picture that the model saw, in original pixels.</param>
/// <param name="Patches">One region per patch the decoder gets, in its order: row-major, the whole picture's (tile 0) before the finer look's (tile 1).</param>
/// <param name="Fine">How the tiles become the grid of tile 1; null for one view.</param>
/// <param name="OnTiles">Where the picture lies on its tiles put together, in their pixels; what is around it is black. Null for one view.</param>
public sealed record PreparedPicture(
    int Views, int Width, int Height, byte[] Resized, float[] PixelValues, PixelRectangle Seen, IReadOnlyList<PatchRegion> Patches, FineGrid? Fine = null,
    PixelRectangle? OnTiles = null)
{
    /// <summary>Each view's 3 × Height × Width values.</summary>
    public IEnumerable<ReadOnlyMemory<float>> PixelsByView =>
        Enumerable.Range(0, Views).Select(view => (ReadOnlyMemory<float>)PixelValues.AsMemory(view * 3 * Height * Width, 3 * Height * Width));

    /// <summary>Positions the picture takes in the decoder: its patches, and a line feature behind each row of the finer grid.</summary>
    public int Positions => Patches.Count + (Fine?.Rows ?? 0);
}
