using System.Numerics;
using System.Runtime.InteropServices;

namespace LogitLens.Inference.Checkpoints;

/// <summary>Sixteen-bit floats to floats, exactly: every one of them has a float of the same value.</summary>
internal static class Widening
{
    private static readonly Vector<float> BiasCorrection = new(BitConverter.UInt32BitsToSingle(0x77800000));

    /// <summary>IEEE 754 binary16 to binary32. A NaN stays one and keeps its payload.</summary>
    internal static void FromHalf(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var whole = source.Length - (source.Length % Vector<ushort>.Count);
        var halves = MemoryMarshal.Cast<ushort, Vector<ushort>>(source[..whole]);
        var floats = MemoryMarshal.Cast<float, Vector<uint>>(destination[..whole]);
        for (var i = 0; i < halves.Length; i++)
        {
            Vector.Widen(halves[i], out var low, out var high);
            floats[2 * i] = Half(low);
            floats[(2 * i) + 1] = Half(high);
        }

        for (var i = whole; i < source.Length; i++)
        {
            destination[i] = BitConverter.UInt32BitsToSingle(Half(new Vector<uint>(source[i]))[0]);
        }
    }

    /// <summary>bfloat16 (a float's upper half) to binary32.</summary>
    internal static void FromBrainFloat(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var whole = source.Length - (source.Length % Vector<ushort>.Count);
        var halves = MemoryMarshal.Cast<ushort, Vector<ushort>>(source[..whole]);
        var floats = MemoryMarshal.Cast<float, Vector<uint>>(destination[..whole]);
        for (var i = 0; i < halves.Length; i++)
        {
            Vector.Widen(halves[i], out var low, out var high);
            floats[2 * i] = low << 16;
            floats[(2 * i) + 1] = high << 16;
        }

        for (var i = whole; i < source.Length; i++)
        {
            destination[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }

    /// <summary>Halves, one in each lane's lower 16 bits, to the bits of floats.</summary>
    private static Vector<uint> Half(Vector<uint> halves)
    {
        // Exponent and mantissa move to a float's place; a multiplication by 2^112 corrects the exponent's bias and normalises subnormals.
        var magnitude = halves & new Vector<uint>(0x7fff);
        var scaled = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude << 13) * BiasCorrection);
        var endless = Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(0x7c00)) & new Vector<uint>(0x7f800000);
        return scaled | endless | ((halves & new Vector<uint>(0x8000)) << 16);
    }
}
