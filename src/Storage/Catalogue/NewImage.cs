namespace LogitLens.Storage.Catalogue;

/// <summary>A picture to keep.</summary>
/// <param name="Name">The file name it came with.</param>
/// <param name="Bytes">The file as it came.</param>
/// <param name="MediaType"><c>image/png</c>, …, by content.</param>
/// <param name="Width">Stored width in pixels.</param>
/// <param name="Height">Stored height in pixels.</param>
/// <param name="ExifOrientation">1…8.</param>
/// <param name="Thumbnail">A small WebP of it.</param>
public sealed record NewImage(string Name, byte[] Bytes, string MediaType, int Width, int Height, int ExifOrientation, byte[] Thumbnail);
