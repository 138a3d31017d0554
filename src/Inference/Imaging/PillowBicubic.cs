using System.Runtime.CompilerServices;

namespace LogitLens.Inference.Imaging;

/// <summary>Pillow's bicubic resize of 8-bit RGB with antialiasing, bit for bit: fixed-point weights, a horizontal and then a vertical pass, each rounded to 8 bits.</summary>
internal static class PillowBicubic
{
    private const int PrecisionBits = 32 - 8 - 2;
    private const double Support = 2.0;

    internal static byte[] Resize(byte[] rgb, int width, int height, int newWidth, int newHeight)
    {
        if (newWidth != width)
        {
            rgb = Horizontal(rgb, width, height, newWidth);
        }

        return newHeight == height ? rgb : Vertical(rgb, newWidth, height, newHeight);
    }

    private static byte[] Horizontal(byte[] source, int width, int height, int newWidth)
    {
        var (starts, weights, taps) = Weights(width, newWidth);
        var target = new byte[newWidth * height * 3];
        Parallel.For(0, height, y =>
        {
            var row = source.AsSpan(y * width * 3, width * 3);
            var output = target.AsSpan(y * newWidth * 3, newWidth * 3);
            for (var x = 0; x < newWidth; x++)
            {
                int red = 1 << (PrecisionBits - 1), green = red, blue = red;
                var from = starts[x] * 3;
                for (var i = 0; i < taps[x]; i++, from += 3)
                {
                    var weight = weights[x][i];
                    red += row[from] * weight;
                    green += row[from + 1] * weight;
                    blue += row[from + 2] * weight;
                }

                output[x * 3] = Clip(red);
                output[(x * 3) + 1] = Clip(green);
                output[(x * 3) + 2] = Clip(blue);
            }
        });
        return target;
    }

    private static byte[] Vertical(byte[] source, int width, int height, int newHeight)
    {
        var (starts, weights, taps) = Weights(height, newHeight);
        var stride = width * 3;
        var target = new byte[stride * newHeight];
        Parallel.For(0, newHeight, () => new int[stride], (y, _, sums) =>
        {
            Array.Fill(sums, 1 << (PrecisionBits - 1));
            for (var i = 0; i < taps[y]; i++)
            {
                var weight = weights[y][i];
                var row = source.AsSpan((starts[y] + i) * stride, stride);
                for (var x = 0; x < row.Length; x++)
                {
                    sums[x] += row[x] * weight;
                }
            }

            var output = target.AsSpan(y * stride, stride);
            for (var x = 0; x < output.Length; x++)
            {
                output[x] = Clip(sums[x]);
            }

            return sums;
        }, _ => { });
        return target;
    }

    private static (int[] Starts, int[][] Weights, int[] Taps) Weights(int size, int newSize)
    {
        var scale = (double)size / newSize;
        var filterScale = Math.Max(scale, 1.0);
        var support = Support * filterScale;
        var starts = new int[newSize];
        var taps = new int[newSize];
        var weights = new int[newSize][];
        for (var i = 0; i < newSize; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max((int)(centre - support + 0.5), 0);
            var count = Math.Min((int)(centre + support + 0.5), size) - first;
            var row = new double[count];
            var sum = 0.0;
            for (var x = 0; x < count; x++)
            {
                row[x] = Filter((x + first - centre + 0.5) * (1.0 / filterScale));
                sum += row[x];
            }

            weights[i] = new int[count];
            for (var x = 0; x < count; x++)
            {
                var weight = (sum == 0.0 ? row[x] : row[x] * (1.0 / sum)) * (1 << PrecisionBits);
                weights[i][x] = (int)(weight < 0 ? weight - 0.5 : weight + 0.5);
            }

            starts[i] = first;
            taps[i] = count;
        }

        return (starts, weights, taps);
    }

    /// <summary>Keys' cubic with a = −0.5.</summary>
    private static double Filter(double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        return x < 1.0 ? ((((A + 2.0) * x) - (A + 3.0)) * x * x) + 1
            : x < 2.0 ? ((((x - 5) * x) + 8) * x - 4) * A
            : 0.0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);
}
