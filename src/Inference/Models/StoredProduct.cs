using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Models;

/// <summary>x·Wᵀ for few rows x and a matrix W as it is stored (F16, BF16 or F32), sums in fp32.</summary>
internal static unsafe class StoredProduct
{
    /// <summary>With more rows than this widening the matrix once is less work.</summary>
    internal const int MostRows = 16;

    // Rows of the matrix, and rows of x, that meet in registers: sixteen sums.
    private const int Tile = 4;
    private const int Lanes = 16;

    /// <summary>Whether this processor has the vectors it is written for.</summary>
    public static bool IsSupported => Avx512F.IsSupported && Vector512.IsHardwareAccelerated;

    /// <summary>Some rows of the matrix.</summary>
    /// <param name="type">How each number is stored.</param>
    /// <param name="matrix">The matrix, row-major.</param>
    /// <param name="begin">The first row.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="x">The rows it meets, each as wide.</param>
    /// <param name="rows">How many.</param>
    /// <param name="to">Result of the first x and the matrix's row 0.</param>
    /// <param name="stride">From one x's results to the next's.</param>
    public static void Multiply(StoredType type, byte* matrix, int begin, int end, int width, float* x, int rows, float* to, int stride)
    {
        switch (type)
        {
            case StoredType.F16:
                Multiply<Half16>(matrix, begin, end, width, x, rows, to, stride);
                break;
            case StoredType.BF16:
                Multiply<Brain16>(matrix, begin, end, width, x, rows, to, stride);
                break;
            case StoredType.F32:
                Multiply<Single32>(matrix, begin, end, width, x, rows, to, stride);
                break;
            default:
                throw new InvalidOperationException("Refused when the checkpoint is opened.");
        }
    }

    private static void Multiply<TStored>(byte* matrix, int begin, int end, int width, float* x, int rows, float* to, int stride)
        where TStored : struct, IStored
    {
        var sums = stackalloc float[Tile * Tile];
        for (var row = begin; row < end; row += Tile)
        {
            var some = Math.Min(Tile, end - row);
            var weights = matrix + ((long)row * width * TStored.Size);
            var step = width * TStored.Size;
            for (var first = 0; first < rows; first += Tile)
            {
                // Where there are fewer than four, the last stands in for those that do not exist.
                var few = Math.Min(Tile, rows - first);
                var from = x + ((long)first * width);
                Dot<TStored>(
                    weights, weights + ((long)Math.Min(1, some - 1) * step), weights + ((long)Math.Min(2, some - 1) * step), weights + ((long)(some - 1) * step),
                    from, from + ((long)Math.Min(1, few - 1) * width), from + ((long)Math.Min(2, few - 1) * width), from + ((long)(few - 1) * width),
                    width, sums);
                for (var i = 0; i < few; i++)
                {
                    for (var j = 0; j < some; j++)
                    {
                        // The last of either is also the fourth.
                        var (a, b) = (i == few - 1 ? Tile - 1 : i, j == some - 1 ? Tile - 1 : j);
                        to[((long)(first + i) * stride) + row + j] = sums[(a * Tile) + b] + Rest<TStored>(weights + ((long)j * step), from + ((long)i * width), width);
                    }
                }
            }
        }
    }

    /// <summary>Four rows of x times four of the matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dot<TStored>(byte* w0, byte* w1, byte* w2, byte* w3, float* x0, float* x1, float* x2, float* x3, int width, float* sums)
        where TStored : struct, IStored
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        for (var i = 0; i + Lanes <= width; i += Lanes)
        {
            var u0 = TStored.Load(w0 + (i * TStored.Size));
            var u1 = TStored.Load(w1 + (i * TStored.Size));
            var u2 = TStored.Load(w2 + (i * TStored.Size));
            var u3 = TStored.Load(w3 + (i * TStored.Size));
            var x = Vector512.Load(x0 + i);
            (a0, a1, a2, a3) = (Vector512.FusedMultiplyAdd(x, u0, a0), Vector512.FusedMultiplyAdd(x, u1, a1), Vector512.FusedMultiplyAdd(x, u2, a2), Vector512.FusedMultiplyAdd(x, u3, a3));
            x = Vector512.Load(x1 + i);
            (b0, b1, b2, b3) = (Vector512.FusedMultiplyAdd(x, u0, b0), Vector512.FusedMultiplyAdd(x, u1, b1), Vector512.FusedMultiplyAdd(x, u2, b2), Vector512.FusedMultiplyAdd(x, u3, b3));
            x = Vector512.Load(x2 + i);
            (c0, c1, c2, c3) = (Vector512.FusedMultiplyAdd(x, u0, c0), Vector512.FusedMultiplyAdd(x, u1, c1), Vector512.FusedMultiplyAdd(x, u2, c2), Vector512.FusedMultiplyAdd(x, u3, c3));
            x = Vector512.Load(x3 + i);
            (d0, d1, d2, d3) = (Vector512.FusedMultiplyAdd(x, u0, d0), Vector512.FusedMultiplyAdd(x, u1, d1), Vector512.FusedMultiplyAdd(x, u2, d2), Vector512.FusedMultiplyAdd(x, u3, d3));
        }

        (sums[0], sums[1], sums[2], sums[3]) = (Vector512.Sum(a0), Vector512.Sum(a1), Vector512.Sum(a2), Vector512.Sum(a3));
        (sums[4], sums[5], sums[6], sums[7]) = (Vector512.Sum(b0), Vector512.Sum(b1), Vector512.Sum(b2), Vector512.Sum(b3));
        (sums[8], sums[9], sums[10], sums[11]) = (Vector512.Sum(c0), Vector512.Sum(c1), Vector512.Sum(c2), Vector512.Sum(c3));
        (sums[12], sums[13], sums[14], sums[15]) = (Vector512.Sum(d0), Vector512.Sum(d1), Vector512.Sum(d2), Vector512.Sum(d3));
    }

    /// <summary>What is left of two rows behind the last whole vector.</summary>
    private static float Rest<TStored>(byte* weights, float* x, int width)
        where TStored : struct, IStored
    {
        var sum = 0f;
        for (var i = width - (width % Lanes); i < width; i++)
        {
            sum += x[i] * TStored.One(weights + (i * TStored.Size));
        }

        return sum;
    }

    /// <summary>A way of storing numbers.</summary>
    private interface IStored
    {
        static abstract int Size { get; }

        static abstract float One(byte* from);

        static abstract Vector512<float> Load(byte* from);
    }

    private readonly struct Half16 : IStored
    {
        public static int Size => sizeof(ushort);

        public static float One(byte* from) => (float)*(Half*)from;

        /// <summary>As <see cref="Widening.FromHalf"/>: the exponent's bias is corrected by a product with 2¹¹², and what was endless becomes so again.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Load(byte* from)
        {
            var bits = Avx512F.ConvertToVector512Int32(Vector256.Load((short*)from)) << 13;
            var value = (bits & Vector512.Create(unchecked((int)0x8fffe000))).AsSingle() * Vector512.Create(BitConverter.UInt32BitsToSingle(0x77800000));
            var isEndless = Vector512.GreaterThanOrEqual(Vector512.Abs(value), Vector512.Create(65536f));
            return value | (isEndless & Vector512.Create(float.PositiveInfinity));
        }
    }

    private readonly struct Brain16 : IStored
    {
        public static int Size => sizeof(ushort);

        public static float One(byte* from) => BitConverter.UInt32BitsToSingle((uint)*(ushort*)from << 16);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Load(byte* from) => (Avx512F.ConvertToVector512Int32(Vector256.Load((short*)from)) << 16).AsSingle();
    }

    private readonly struct Single32 : IStored
    {
        public static int Size => sizeof(float);

        public static float One(byte* from) => *(float*)from;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Load(byte* from) => Vector512.Load((float*)from);
    }
}
