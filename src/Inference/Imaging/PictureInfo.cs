namespace LogitLens.Inference.Imaging;

/// <summary>What a picture's header says.</summary>
/// <param name="Format">The format, by content.</param>
/// <param name="Width">Width in stored pixels, before any EXIF rotation.</param>
/// <param name="Height">Height in stored pixels, before any EXIF rotation.</param>
/// <param name="ExifOrientation">The EXIF orientation tag, 1…8; 1 where there is none.</param>
public sealed record PictureInfo(PictureFormat Format, int Width, int Height, int ExifOrientation);
