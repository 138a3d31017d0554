using System.Text;
using LogitLens.Dashboard.Hosting;
using LogitLens.Inference.Imaging;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Checks pictures and keeps them.</summary>
internal sealed class PictureIntake(ImageStore images, IOptions<LogitLensOptions> options) : IDisposable
{
    private const int MaxNameLength = 200;

    // A picture of 100 megapixels takes 300 MB while it is decoded.
    private readonly SemaphoreSlim _decoding = new(2, 2);

    /// <summary>Decodes the whole picture, so that a broken one is refused now and not in the queue, and keeps it with a thumbnail.</summary>
    /// <exception cref="Inference.RefusedInputException">Not a picture that can be used.</exception>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public async Task<ImageRow> AddAsync(string name, byte[] bytes, CancellationToken cancellationToken) =>
        await images.AddAsync(await PrepareAsync(name, bytes, cancellationToken), cancellationToken);

    /// <summary>Decodes the whole picture and makes its thumbnail, without keeping it.</summary>
    /// <exception cref="Inference.RefusedInputException">Not a picture that can be used.</exception>
    public async Task<NewImage> PrepareAsync(string name, byte[] bytes, CancellationToken cancellationToken)
    {
        var limits = PictureLimits.Default with { MaxBytes = options.Value.MaxUploadBytes };
        await _decoding.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(
                () =>
                {
                    var info = PictureDecoder.Inspect(bytes, limits);
                    var picture = PictureDecoder.Decode(bytes, PictureOrientation.AsStored, limits);
                    return new NewImage(
                        CleanName(name), bytes, BrowserPicture.MediaTypeOf(info.Format), info.Width, info.Height, info.ExifOrientation, PictureThumbnail.Create(picture));
                },
                cancellationToken);
        }
        finally
        {
            _decoding.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _decoding.Dispose();

    /// <summary>The last part of a path of any system, without control characters.</summary>
    internal static string CleanName(string name)
    {
        var clean = new StringBuilder(MaxNameLength);
        foreach (var rune in name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Trim().EnumerateRunes())
        {
            if (!Rune.IsControl(rune) && clean.Length + rune.Utf16SequenceLength <= MaxNameLength)
            {
                clean.Append(rune);
            }
        }

        return clean.Length == 0 ? "picture" : clean.ToString();
    }
}
