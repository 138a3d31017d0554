using System.Numerics;
using System.Runtime.CompilerServices;

namespace LogitLens.Inference.Lens;

/// <summary>eˣ in fp32 lanes. .NET's own widens to double; three times as much work for digits that fp32 sums do not keep.</summary>
internal static class FastExp
{
    // 1.5·2²³: added to a small number it leaves that number, rounded, in the mantissa's lowest bits.
    private const float Round = 12582912f;

    // ln 2 in two parts, the first short enough that n·Ln2High is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    /// <summary>eˣ for x ≤ 0, within 2e-7 of its value; what lies below −87 counts as −87. Not a number where x is not.</summary>
    /// <remarks>x = n·ln 2 + r with |r| ≤ ½ ln 2, and a polynomial of degree 6 for eʳ (Cephes, expf).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> OfNegative(Vector<float> x)
    {
        var clamped = Vector.ConditionalSelect(Vector.LessThan(x, new Vector<float>(-87f)), new Vector<float>(-87f), x);
        var shifted = Vector.FusedMultiplyAdd(clamped, new Vector<float>(1.44269504f), new Vector<float>(Round));
        var n = shifted - new Vector<float>(Round);
        var r = Vector.FusedMultiplyAdd(n, new Vector<float>(-Ln2High), clamped);
        r = Vector.FusedMultiplyAdd(n, new Vector<float>(-Ln2Low), r);

        var p = new Vector<float>(1.9875691500e-4f);
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.3981999507e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(5.0000001201e-1f));
        p = Vector.FusedMultiplyAdd(p, r * r, r) + Vector<float>.One;

        // 2ⁿ is a float whose exponent field is n + 127.
        var power = Vector.AsVectorSingle((Vector.AsVectorInt32(shifted) << 23) + new Vector<int>(0x3f800000));
        return p * power;
    }
}
