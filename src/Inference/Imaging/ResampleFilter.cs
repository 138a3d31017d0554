namespace LogitLens.Inference.Imaging;

/// <summary>The interpolations that are resampled by convolution, numbered as PIL and <c>preprocessor_config.json</c> number them.</summary>
internal enum ResampleFilter
{
    Lanczos = 1,
    Bilinear = 2,
    Bicubic = 3,
    Box = 4,
    Hamming = 5,
}
