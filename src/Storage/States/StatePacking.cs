using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LogitLens.Storage.States;

/// <summary>Hidden states as bytes: little-endian halves or singles, as safetensors has them.</summary>
public static class StatePacking
{
    /// <summary>Packs values.</summary>
    /// <param name="bits">16 or 32. A value beyond what a half can hold becomes infinite, as it does in a half-precision checkpoint.</param>
    public static byte[] Pack(ReadOnlySpan<float> values, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bits is 16 or 32, true);
        var packed = new byte[values.Length * (bits / 8)];
        if (bits == 16)
        {
            for (var i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteHalfLittleEndian(packed.AsSpan(2 * i), (Half)values[i]);
            }
        }
        else if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values).CopyTo(packed);
        }
        else
        {
            for (var i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(packed.AsSpan(4 * i), values[i]);
            }
        }

        return packed;
    }
}
