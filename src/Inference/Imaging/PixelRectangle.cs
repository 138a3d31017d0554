namespace LogitLens.Inference.Imaging;

/// <summary>A rectangle in the picture's own pixels (after orientation); edges may fall between pixels.</summary>
/// <param name="X">Left edge, in pixels.</param>
/// <param name="Y">Top edge, in pixels.</param>
/// <param name="Width">Width, in pixels.</param>
/// <param name="Height">Height, in pixels.</param>
public readonly record struct PixelRectangle(double X, double Y, double Width, double Height);
