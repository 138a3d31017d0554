using LogitLens.Inference.Imaging;

namespace LogitLens.Dashboard.Importing;

/// <summary>What stands in for a picture that is not there.</summary>
internal static class BlankPicture
{
    private const int Side = 336;
    private const byte Grey = 128;

    /// <summary>A grey picture; the lowest bits of its first row are the file's hash, so that two files without pictures stay two images.</summary>
    public static Picture Make(string sha256)
    {
        var rgb = new byte[Side * Side * 3];
        Array.Fill(rgb, Grey);
        var bits = Convert.FromHexString(sha256);
        for (var i = 0; i < bits.Length * 8; i++)
        {
            rgb[i] |= (byte)((bits[i / 8] >> (i % 8)) & 1);
        }

        return new Picture(Side, Side, rgb);
    }
}
