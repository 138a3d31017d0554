using System.Runtime.InteropServices;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Tests.Models;

public sealed class StoredProductTests
{
    static StoredProductTests() => TorchRuntime.Start();

    public static TheoryData<string, int, int, int> Shapes
    {
        get
        {
            var shapes = new TheoryData<string, int, int, int>();
            foreach (var type in (string[])["F16", "BF16", "F32"])
            {
                // Whole tiles, what is left of them, widths that are no whole vectors, and enough rows for several threads.
                foreach (var (height, width, rows) in ((int, int, int)[])[(4, 16, 4), (1, 5, 1), (7, 35, 2), (9, 64, 3), (300, 100, 6), (130, 192, 16)])
                {
                    shapes.Add(type, height, width, rows);
                }
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Multiply_FewRows_EqualsTheConvertedMatrix(string stored, int height, int width, int rows)
    {
        Assert.SkipUnless(StoredProduct.IsSupported, "This processor has no AVX-512.");
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(15);
        var type = Enum.Parse<StoredType>(stored);
        var bytes = Store(torch.randn(height, width), type);
        var wide = torch.empty(height, width);
        Widen(type, bytes, TensorMemory.AsSpan(wide));
        var (x, bias) = (torch.randn(rows, width), torch.randn(height));
        var matrix = new StoredMatrix(height, width);

        // In two parts where there are rows enough, as queries and keys of one block lie.
        using var memory = bytes.AsMemory().Pin();
        var address = AddressOf(bytes);
        var (first, size) = (height / 3, bytes.Length / height);
        matrix.Hold(first == 0
            ? [new StoredMatrix.Part(type, address, height)]
            : [new StoredMatrix.Part(type, address, first), new StoredMatrix.Part(type, address + (first * size), height - first)]);
        var result = matrix.Multiply(x, bias);

        Assert.InRange(torch.nn.functional.linear(x, wide, bias).sub(result).abs().max().item<float>(), 0, 1e-4f);
    }

    [Fact]
    public void Multiply_EveryHalf_IsWidenedExactly()
    {
        Assert.SkipUnless(StoredProduct.IsSupported, "This processor has no AVX-512.");
        using var scope = torch.NewDisposeScope();
        var halves = Enumerable.Range(0, 65536).Select(bits => (ushort)bits).ToArray();
        var expected = new float[halves.Length];
        Widening.FromHalf(halves, expected);
        var matrix = new StoredMatrix(halves.Length, 1);

        using var memory = halves.AsMemory().Pin();
        matrix.Hold([new StoredMatrix.Part(StoredType.F16, AddressOf(halves), halves.Length)]);
        var result = TensorMemory.AsSpan(matrix.Multiply(torch.ones(1, 1), bias: null)).ToArray();

        // Sums begin with zero, so a negative zero becomes a positive one; numbers compare equal.
        Assert.Equal(expected, result);
    }

    /// <summary>Of an array that is pinned.</summary>
    private static nint AddressOf<T>(T[] pinned) => Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    private static byte[] Store(torch.Tensor values, StoredType type)
    {
        var floats = TensorMemory.AsSpan(values).ToArray();
        return type switch
        {
            StoredType.F16 => MemoryMarshal.AsBytes(Array.ConvertAll(floats, value => (Half)value).AsSpan()).ToArray(),
            StoredType.BF16 => MemoryMarshal.AsBytes(Array.ConvertAll(floats, value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).AsSpan()).ToArray(),
            _ => MemoryMarshal.AsBytes(floats.AsSpan()).ToArray(),
        };
    }

    private static void Widen(StoredType type, byte[] bytes, Span<float> to)
    {
        switch (type)
        {
            case StoredType.F16:
                Widening.FromHalf(MemoryMarshal.Cast<byte, ushort>(bytes), to);
                break;
            case StoredType.BF16:
                Widening.FromBrainFloat(MemoryMarshal.Cast<byte, ushort>(bytes), to);
                break;
            default:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(to);
                break;
        }
    }
}
