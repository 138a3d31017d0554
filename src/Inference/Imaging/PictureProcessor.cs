using System.Text.Json;

namespace LogitLens.Inference.Imaging;

/// <summary>Resizes, crops, rescales and normalises as the checkpoint's <c>preprocessor_config.json</c> says, equal to transformers' PIL processors.</summary>
public sealed class PictureProcessor
{
    private readonly int _shortestEdge;
    private readonly int _cropWidth;
    private readonly int _cropHeight;
    private readonly float _rescale;
    private readonly float[] _mean;
    private readonly float[] _deviation;
    private readonly int _patchSize;

    private PictureProcessor(int shortestEdge, int cropWidth, int cropHeight, float rescale, float[] mean, float[] deviation, int patchSize)
    {
        _shortestEdge = shortestEdge;
        _cropWidth = cropWidth;
        _cropHeight = cropHeight;
        _rescale = rescale;
        _mean = mean;
        _deviation = deviation;
        _patchSize = patchSize;
    }

    /// <summary>Opens <c>preprocessor_config.json</c>.</summary>
    public static PictureProcessor Open(string folder, int patchSize)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "preprocessor_config.json")));
        var root = document.RootElement;
        var crop = root.GetProperty("crop_size");
        return new PictureProcessor(
            root.GetProperty("size").GetProperty("shortest_edge").GetInt32(),
            crop.GetProperty("width").GetInt32(),
            crop.GetProperty("height").GetInt32(),
            (float)root.GetProperty("rescale_factor").GetDouble(),
            [.. root.GetProperty("image_mean").EnumerateArray().Select(v => (float)v.GetDouble())],
            [.. root.GetProperty("image_std").EnumerateArray().Select(v => (float)v.GetDouble())],
            patchSize);
    }

    /// <summary>Prepares one picture.</summary>
    public PreparedPicture Prepare(Picture picture)
    {
        var (shorter, longer) = picture.Width <= picture.Height ? (picture.Width, picture.Height) : (picture.Height, picture.Width);
        var newLonger = (int)((double)_shortestEdge * longer / shorter);
        var (width, height) = picture.Width <= picture.Height ? (_shortestEdge, newLonger) : (newLonger, _shortestEdge);
        var resized = PillowBicubic.Resize(picture.Rgb, picture.Width, picture.Height, width, height);
        int left = (width - _cropWidth) / 2, top = (height - _cropHeight) / 2;
        var cropped = new byte[_cropWidth * _cropHeight * 3];
        var values = new float[cropped.Length];
        for (var y = 0; y < _cropHeight; y++)
        {
            resized.AsSpan((((y + top) * width) + left) * 3, _cropWidth * 3).CopyTo(cropped.AsSpan(y * _cropWidth * 3));
        }

        for (var i = 0; i < _cropWidth * _cropHeight; i++)
        {
            for (var c = 0; c < 3; c++)
            {
                values[(c * _cropWidth * _cropHeight) + i] = ((cropped[(i * 3) + c] * _rescale) - _mean[c]) / _deviation[c];
            }
        }

        double sx = (double)picture.Width / width, sy = (double)picture.Height / height;
        var patches = new List<PatchRegion>();
        for (var row = 0; row < _cropHeight / _patchSize; row++)
        {
            for (var column = 0; column < _cropWidth / _patchSize; column++)
            {
                patches.Add(new(0, row, column, new((left + (column * _patchSize)) * sx, (top + (row * _patchSize)) * sy, _patchSize * sx, _patchSize * sy)));
            }
        }

        return new PreparedPicture(_cropWidth, _cropHeight, cropped, values, new(left * sx, top * sy, _cropWidth * sx, _cropHeight * sy), patches);
    }
}
