namespace LogitLens.Inference.Imaging;

/// <summary>Resizes, crops, rescales and normalises as the checkpoint's <c>preprocessor_config.json</c> says, equal to transformers' PIL processors.</summary>
public sealed class PictureProcessor
{
    /// <summary>Opens <c>preprocessor_config.json</c>.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="patchSize">Side of a patch, in pixels of the model's input.</param>
    /// <exception cref="RefusedInputException">Missing, unreadable, or of an unsupported kind.</exception>
    public static PictureProcessor Open(string folder, int patchSize) => throw new NotImplementedException();

    /// <summary>Prepares one picture.</summary>
    public PreparedPicture Prepare(Picture picture) => throw new NotImplementedException();
}
