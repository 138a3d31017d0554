namespace LogitLens.Inference.Imaging;

/// <summary>Which way up a picture is taken.</summary>
public enum PictureOrientation
{
    /// <summary>Pixels as they are stored, as transformers' processors take them. The default.</summary>
    AsStored,

    /// <summary>Turned as the EXIF orientation tag says.</summary>
    Exif,
}
