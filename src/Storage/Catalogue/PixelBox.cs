namespace LogitLens.Storage.Catalogue;

/// <summary>A rectangle in original pixels.</summary>
public readonly record struct PixelBox(double X, double Y, double Width, double Height);
