namespace LogitLens.Inference.Imaging;

/// <summary>A picture as the vision tower takes it.</summary>
/// <param name="Width">Width of the model's input, in pixels.</param>
/// <param name="Height">Height of the model's input, in pixels.</param>
/// <param name="Resized">Height × Width × 3 bytes after resize and crop, before rescaling: what the model saw.</param>
/// <param name="PixelValues">3 × Height × Width values after rescaling and normalising.</param>
/// <param name="Seen">The part of the original picture that the model saw, in original pixels.</param>
/// <param name="Patches">One region per patch, row-major, in the order of the vision tower's output.</param>
public sealed record PreparedPicture(int Width, int Height, byte[] Resized, float[] PixelValues, PixelRectangle Seen, IReadOnlyList<PatchRegion> Patches);
