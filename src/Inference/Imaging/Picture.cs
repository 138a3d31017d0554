namespace LogitLens.Inference.Imaging;

/// <summary>A decoded picture: 8-bit RGB, alpha discarded as PIL's <c>convert("RGB")</c> does.</summary>
/// <param name="Width">Width in pixels, after the orientation asked for.</param>
/// <param name="Height">Height in pixels, after the orientation asked for.</param>
/// <param name="Rgb">Height × Width × 3 bytes, row-major.</param>
public sealed record Picture(int Width, int Height, byte[] Rgb);
