using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LogitLens.Inference.Imaging;

/// <summary>Resizes 8-bit RGB bit for bit as Pillow's <c>Image.resize</c> does: antialiased convolution in fixed point, in two passes.</summary>
/// <remarks>
/// Pillow's arithmetic (<c>src/libImaging/Resample.c</c>): the filter is widened by the scale when shrinking; its weights are normalised in double and rounded,
/// half away from zero, to 22 binary places; each of the two passes adds up in 32-bit integers from one half and clips to 0…255.
/// Which pass comes first shows in the last bit: Pillow 13 begins with the vertical one where the height shrinks, and shrinks by more than the width
/// (pull request 9549; its last version was not to be had, and this rule is what all goldens agree on); older ones always begin with the horizontal one.
/// Here only the window that a crop leaves is computed, and the first pass makes one row at a time, so that memory grows with the result and with one row
/// of the source, never with the whole source.
/// </remarks>
internal static class PictureResizer
{
    private const int PrecisionBits = 32 - 8 - 2;
    private const int Half = 1 << (PrecisionBits - 1);
    private const int Channels = 3;

    // Four bytes are read where three are wanted, and rows are read in steps of four.
    private const int Overread = 3;

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

        var source = new SourceRows(picture);
        return height < picture.Height && height * picture.Width < width * picture.Height
            ? VerticalFirst(source, columns, rows)
            : HorizontalFirst(source, columns, rows);
    }

    private static byte[] HorizontalFirst(SourceRows source, Weights columns, Weights rows)
    {
        // Each row of the source, once resized, is spread over the rows of the result that it has a part in.
        var width = columns.Count * Channels;
        var stride = Padded(width);
        var row = new byte[stride];
        var sums = new int[rows.Count * stride];
        Array.Fill(sums, Half);
        var result = new byte[rows.Count * width];

        var open = 0;
        for (var y = rows.First[0]; y < rows.End[^1]; y++)
        {
            ResizeRow(source[y], columns, row);
            for (var target = open; target < rows.Count && rows.First[target] <= y; target++)
            {
                if (y < rows.End[target])
                {
                    Add(row, rows.Of(target)[y - rows.First[target]], sums.AsSpan(target * stride, stride));
                }
            }

            for (; open < rows.Count && rows.End[open] == y + 1; open++)
            {
                Clip(sums.AsSpan(open * stride, width), result.AsSpan(open * width));
            }
        }

        return result;
    }

    private static byte[] VerticalFirst(SourceRows source, Weights columns, Weights rows)
    {
        var from = columns.First[0] * Channels;
        var used = (columns.End[^1] * Channels) - from;
        var sums = new int[Padded(used)];

        // As wide as the source, so that columns keep their numbers.
        var row = new byte[from + used + Overread];
        var width = columns.Count * Channels;
        var result = new byte[rows.Count * width];
        for (var target = 0; target < rows.Count; target++)
        {
            Array.Fill(sums, Half);
            var y = rows.First[target];
            foreach (var weight in rows.Of(target))
            {
                Add(source[y++][from..], weight, sums);
            }

            Clip(sums.AsSpan(0, used), row.AsSpan(from));
            ResizeRow(row, columns, result.AsSpan(target * width, width));
        }

        return result;
    }

    private static int Padded(int length) => (length + 3) & ~3;

    private static void ResizeRow(ReadOnlySpan<byte> source, Weights columns, Span<byte> row)
    {
        for (var x = 0; x < columns.Count; x++)
        {
            var sum = Vector128.Create(Half);
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

    /// <summary>The rows of a picture, each with a few bytes more behind it: those of the next row, or zeros.</summary>
    private sealed class SourceRows
    {
        private readonly byte[] _rgb;
        private readonly byte[] _last;
        private readonly int _stride;
        private readonly int _height;

        public SourceRows(Picture picture)
        {
            (_rgb, _stride, _height) = (picture.Rgb, picture.Width * Channels, picture.Height);
            _last = new byte[_stride + Overread];
            _rgb.AsSpan((_height - 1) * _stride).CopyTo(_last);
        }

        public ReadOnlySpan<byte> this[int y] => y == _height - 1 ? _last : _rgb.AsSpan(y * _stride, _stride + Overread);
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
