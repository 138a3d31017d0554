using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>x / √(mean(x²) + ε) · w over the last axis, computed in fp32 (Zhang and Sennrich 2019; Llama's form, no bias).</summary>
internal sealed class RmsNorm(torch.Tensor weight, double epsilon)
{
    private readonly long _width = weight.shape[0];

    /// <summary>Where it is computed.</summary>
    public torch.Device Device { get; } = weight.device;

    internal torch.Tensor Weight => weight;

    internal double Epsilon => epsilon;

    public static RmsNorm Load(WeightLoader weights, string name, double epsilon) => new(weights.LoadFloat(name + ".weight"), epsilon);

    /// <summary>rows × width → rows × width, in the type that came.</summary>
    public torch.Tensor Forward(torch.Tensor x)
    {
        if (TensorMemory.IsPlain(x))
        {
            var normed = torch.empty_like(x);
            Forward(TensorMemory.Address(x), TensorMemory.Address(normed), checked((int)x.shape[0]));
            return normed;
        }

        using var scope = torch.NewDisposeScope();
        var wide = x.dtype == torch.ScalarType.Float32 ? x : x.to(torch.ScalarType.Float32);

        // The 2-norm reads x once and writes one number a row; x² as a tensor of its own would be a write and a read more.
        var scale = wide.norm(-1, keepdim: true, p: 2f).pow_(2).div_(_width).add_(epsilon).rsqrt_();
        var result = wide.mul(scale).mul_(weight);
        return (x.dtype == torch.ScalarType.Float32 ? result : result.to(x.dtype)).MoveToOuterDisposeScope();
    }

    /// <summary>Row by row, so that a row is read once from memory.</summary>
    private unsafe void Forward(nint from, nint to, int rows)
    {
        var width = (int)_width;
        var scale = TensorMemory.Address(weight);
        Workers.ForRows(rows, (first, end) =>
        {
            for (var row = first; row < end; row++)
            {
                Forward(new ReadOnlySpan<float>((float*)from + ((long)row * width), width), new ReadOnlySpan<float>((float*)scale, width), new Span<float>((float*)to + ((long)row * width), width));
            }
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Forward(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> to)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(x);
        var (even, odd) = (Vector<float>.Zero, Vector<float>.Zero);
        var i = 0;
        for (; i + 1 < vectors.Length; i += 2)
        {
            even += vectors[i] * vectors[i];
            odd += vectors[i + 1] * vectors[i + 1];
        }

        if (i < vectors.Length)
        {
            even += vectors[i] * vectors[i];
        }

        var sum = Vector.Sum(even + odd);
        var rest = vectors.Length * Vector<float>.Count;
        for (var at = rest; at < x.Length; at++)
        {
            sum += x[at] * x[at];
        }

        var by = (float)(1 / Math.Sqrt((sum / x.Length) + epsilon));
        var weights = MemoryMarshal.Cast<float, Vector<float>>(scale);
        var results = MemoryMarshal.Cast<float, Vector<float>>(to);
        for (i = 0; i < vectors.Length; i++)
        {
            results[i] = vectors[i] * by * weights[i];
        }

        for (var at = rest; at < x.Length; at++)
        {
            to[at] = x[at] * by * scale[at];
        }
    }
}
