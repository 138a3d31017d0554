using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LogitLens.Inference.Imaging;

/// <summary>Resizes 8-bit RGB bit for bit as Pillow's <c>Image.resize</c> does: antialiased convolution in fixed point, rows first, then columns.</summary>
/// <remarks>
/// Pillow's arithmetic (<c>src/libImaging/Resample.c</c>): the filter is widened by the scale when shrinking; its weights are normalised in double and rounded,
/// half away from zero, to 22 binary places; each of the two passes adds up in 32-bit integers from one half and clips to 0…255.
/// Here only the window that a crop leaves is computed, and each row of the source is spread over the rows of the result that it has a part in,
/// so that memory grows with the result, never with the source.
/// </remarks>
internal static class PictureResizer
{
    private const int PrecisionBits = 32 - 8 - 2;
    private const int Channels = 3;

    /// <summary>Resizes to <paramref name="width"/> × <paramref name="height"/> and gives the part of it that lies in the window.</summary>
    /// <param name="picture">The source.</param>
    /// <param name="width">Width of the whole result.</param>
    /// <param name="height">Height of the whole result.</param>
    /// <param name="left">First column of the window.</param>
    /// <param name="top">First row of the window.</param>
    /// <param name="windowWidth">Columns in the window; inside the result.</param>
    /// <param name="windowHeight">Rows in the window; inside the result.</param>
    /// <param name="filter">How to interpolate.</param>
    /// <returns>windowHeight × windowWidth × 3 bytes.</returns>
    public static byte[] Resize(Picture picture, long width, long height, long left, long top, int windowWidth, int windowHeight, ResampleFilter filter)
    {
        var columns = Weights.Compute(picture.Width, width, left, windowWidth, filter);
        var rows = Weights.Compute(picture.Height, height, top, windowHeight, filter);

        // Four bytes are read where three are wanted: rows are padded, and the source's last row is read from a padded copy.
        var sourceStride = picture.Width * Channels;
        var stride = ((windowWidth * Channels) + 3) & ~3;
        var lastRow = new byte[sourceStride + 1];
        picture.Rgb.AsSpan((picture.Height - 1) * sourceStride, sourceStride).CopyTo(lastRow);

        var row = new byte[stride + 1];
        var sums = new int[windowHeight * stride];
        Array.Fill(sums, 1 << (PrecisionBits - 1));
        var result = new byte[windowWidth * windowHeight * Channels];

        var open = 0;
        for (var y = rows.First[0]; y < rows.End[windowHeight - 1]; y++)
        {
            var source = y == picture.Height - 1 ? lastRow : picture.Rgb.AsSpan(y * sourceStride, sourceStride + 1);
            ResizeRow(source, columns, row);
            for (var target = open; target < windowHeight && rows.First[target] <= y; target++)
            {
                if (y < rows.End[target])
                {
                    Add(row.AsSpan(0, stride), rows.Of(target)[y - rows.First[target]], sums.AsSpan(target * stride, stride));
                }
            }

            for (; open < windowHeight && rows.End[open] == y + 1; open++)
            {
                Clip(sums.AsSpan(open * stride, windowWidth * Channels), result.AsSpan(open * windowWidth * Channels));
            }
        }

        return result;
    }

    private static void ResizeRow(ReadOnlySpan<byte> source, Weights columns, Span<byte> row)
    {
        for (var x = 0; x < columns.Count; x++)
        {
            var sum = Vector128.Create(1 << (PrecisionBits - 1));
            var from = columns.First[x] * Channels;
            foreach (var weight in columns.Of(x))
            {
                sum += Widen(source[from..]) * weight;
                from += Channels;
            }

            sum = Vector128.Clamp(sum >> PrecisionBits, Vector128<int>.Zero, Vector128.Create(255));
            row[x * Channels] = (byte)sum[0];
            row[(x * Channels) + 1] = (byte)sum[1];
            row[(x * Channels) + 2] = (byte)sum[2];
        }
    }

    private static void Add(ReadOnlySpan<byte> row, int weight, Span<int> sums)
    {
        var blocks = MemoryMarshal.Cast<int, Vector128<int>>(sums);
        for (var block = 0; block < blocks.Length; block++)
        {
            blocks[block] += Widen(row[(block * 4)..]) * weight;
        }
    }

    private static void Clip(ReadOnlySpan<int> sums, Span<byte> result)
    {
        for (var index = 0; index < sums.Length; index++)
        {
            result[index] = (byte)Math.Clamp(sums[index] >> PrecisionBits, 0, 255);
        }
    }

    private static Vector128<int> Widen(ReadOnlySpan<byte> four)
    {
        var bytes = Vector128.CreateScalarUnsafe(BinaryPrimitives.ReadUInt32LittleEndian(four)).AsByte();
        return Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32();
    }

    /// <summary>For each index of the result along one axis: the range of the source that it is made of, and what each part weighs.</summary>
    private sealed class Weights
    {
        private readonly int[][] _weights;

        private Weights(int count)
        {
            First = new int[count];
            End = new int[count];
            _weights = new int[count][];
        }

        public int[] First { get; }

        public int[] End { get; }

        public int Count => First.Length;

        public static Weights Compute(int sourceSize, long size, long offset, int count, ResampleFilter filter)
        {
            var scale = (double)sourceSize / size;
            var filterScale = Math.Max(scale, 1.0);
            var support = Support(filter) * filterScale;
            var inverse = 1.0 / filterScale;
            var weights = new Weights(count);
            var exact = new double[((int)Math.Ceiling(support) * 2) + 1];
            for (var index = 0; index < count; index++)
            {
                var centre = (offset + index + 0.5) * scale;
                var first = Math.Max((int)(centre - support + 0.5), 0);
                var end = Math.Min((int)(centre + support + 0.5), sourceSize);
                var total = 0.0;
                for (var x = first; x < end; x++)
                {
                    total += exact[x - first] = Weigh(filter, (x - centre + 0.5) * inverse);
                }

                var rounded = new int[end - first];
                for (var x = 0; x < rounded.Length; x++)
                {
                    var share = (total == 0.0 ? exact[x] : exact[x] / total) * (1 << PrecisionBits);
                    rounded[x] = (int)(share < 0 ? share - 0.5 : share + 0.5);
                }

                (weights.First[index], weights.End[index], weights._weights[index]) = (first, end, rounded);
            }

            return weights;
        }

        public int[] Of(int index) => _weights[index];

        private static double Support(ResampleFilter filter) => filter switch
        {
            ResampleFilter.Lanczos => 3.0,
            ResampleFilter.Bilinear => 1.0,
            ResampleFilter.Bicubic => 2.0,
            ResampleFilter.Box => 0.5,
            ResampleFilter.Hamming => 1.0,
            _ => throw new ArgumentOutOfRangeException(nameof(filter)),
        };

        private static double Weigh(ResampleFilter filter, double distance)
        {
            // Of all filters only the box is not even: it takes its right edge and not its left one.
            if (filter == ResampleFilter.Box)
            {
                return distance is > -0.5 and <= 0.5 ? 1.0 : 0.0;
            }

            var x = Math.Abs(distance);
            switch (filter)
            {
                case ResampleFilter.Bilinear:
                    return x < 1.0 ? 1.0 - x : 0.0;
                case ResampleFilter.Bicubic:
                    const double A = -0.5;
                    return x < 1.0 ? (((((A + 2.0) * x) - (A + 3.0)) * x) * x) + 1
                        : x < 2.0 ? ((((((x - 5) * x) + 8) * x) - 4) * A)
                        : 0.0;
                case ResampleFilter.Lanczos:
                    return x < 3.0 ? Sinc(x) * Sinc(x / 3) : 0.0;
                case ResampleFilter.Hamming:
                    return x == 0.0 ? 1.0 : x >= 1.0 ? 0.0 : Sinc(x) * (0.54 + (0.46 * Math.Cos(x * Math.PI)));
                default:
                    throw new ArgumentOutOfRangeException(nameof(filter));
            }
        }

        private static double Sinc(double x) => x == 0.0 ? 1.0 : Math.Sin(x * Math.PI) / (x * Math.PI);
    }
}
