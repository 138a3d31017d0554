using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Tests.Checkpoints;

public sealed class WideningTests
{
    [Theory]
    [InlineData(0x0000, 0f)]
    [InlineData(0x3c00, 1f)]
    [InlineData(0xc000, -2f)]
    [InlineData(0x3555, 0.333251953125f)]
    [InlineData(0x7bff, 65504f)]
    [InlineData(0x0400, 0.00006103515625f)]
    [InlineData(0x03ff, 0.000060975551605224609375f)]
    [InlineData(0x0001, 0.000000059604644775390625f)]
    [InlineData(0x8001, -0.000000059604644775390625f)]
    [InlineData(0x7c00, float.PositiveInfinity)]
    [InlineData(0xfc00, float.NegativeInfinity)]
    [InlineData(0x7e00, float.NaN)]
    [InlineData(0x7c01, float.NaN)]
    public void FromHalf_KnownBits_AreKnownNumbers(int bits, float expected)
    {
        // Long enough for the vectors and the remainder after them.
        var source = Enumerable.Repeat((ushort)bits, 37).ToArray();
        var result = new float[37];
        Widening.FromHalf(source, result);
        Assert.All(result, value => Assert.Equal(expected, value));
    }

    [Theory]
    [InlineData(0x0000, 0f)]
    [InlineData(0x3f80, 1f)]
    [InlineData(0xc049, -3.140625f)]
    [InlineData(0x0001, 9.18354961579912e-41f)]
    [InlineData(0x7f7f, 3.38953138925153547590470800371487866880e38f)]
    [InlineData(0x7f80, float.PositiveInfinity)]
    [InlineData(0xff80, float.NegativeInfinity)]
    [InlineData(0x7fc0, float.NaN)]
    public void FromBrainFloat_KnownBits_AreKnownNumbers(int bits, float expected)
    {
        var source = Enumerable.Repeat((ushort)bits, 37).ToArray();
        var result = new float[37];
        Widening.FromBrainFloat(source, result);
        Assert.All(result, value => Assert.Equal(expected, value));
    }

    [Fact]
    public void FromHalf_EveryHalf_EqualsTheRuntimesConversion()
    {
        var source = Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits).ToArray();
        var result = new float[source.Length];
        Widening.FromHalf(source, result);
        for (var i = 0; i < source.Length; i++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf(source[i]);
            Assert.True(
                float.IsNaN(expected) ? float.IsNaN(result[i]) : BitConverter.SingleToUInt32Bits(expected) == BitConverter.SingleToUInt32Bits(result[i]),
                $"0x{i:x4} became {result[i]}, not {expected}.");
        }
    }

    [Fact]
    public void FromHalf_NegativeZero_KeepsItsSign()
    {
        var result = new float[20];
        Widening.FromHalf(Enumerable.Repeat((ushort)0x8000, 20).ToArray(), result);
        Assert.All(result, value => Assert.Equal(0x80000000u, BitConverter.SingleToUInt32Bits(value)));
    }
}
