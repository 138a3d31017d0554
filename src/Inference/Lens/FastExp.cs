using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    /// <summary>The same in 512-bit vectors, for processors that have them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> OfNegative(Vector512<float> x)
    {
        var clamped = Vector512.MaxNative(x, Vector512.Create(-87f));
        var shifted = Vector512.FusedMultiplyAdd(clamped, Vector512.Create(1.44269504f), Vector512.Create(Round));
        var n = shifted - Vector512.Create(Round);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2High), clamped);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Low), r);

        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;
        return p * ((shifted.AsInt32() << 23) + Vector512.Create(0x3f800000)).AsSingle();
    }
}
