using System.Numerics;
using System.Runtime.CompilerServices;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>The activations checkpoints name, each replacing its argument's values.</summary>
internal static class Activations
{
    /// <summary>The activation of that name in transformers.</summary>
    public static Action<torch.Tensor> Find(string name) => name switch
    {
        "silu" or "swish" => Silu,
        "gelu" => Gelu,
        "quick_gelu" => QuickGelu,
        "gelu_pytorch_tanh" => TanhGelu,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Refused when the checkpoint is opened."),
    };

    /// <summary>The activation of that name, and the product with the second argument's values: a gate. Replaces the first argument's values.</summary>
    public static Action<torch.Tensor, torch.Tensor> FindGate(string name)
    {
        var activation = Find(name);
        return name is "silu" or "swish" ? Gate : Both;

        void Both(torch.Tensor gate, torch.Tensor up)
        {
            activation(gate);
            gate.mul_(up);
        }

        void Gate(torch.Tensor gate, torch.Tensor up)
        {
            if (TensorMemory.IsPlain(gate) && TensorMemory.IsPlain(up))
            {
                // x·σ(x)·up in one pass: wide rows do not stay in the cache from one to the next.
                MultiplyBySigmoid(gate, 1, up);
            }
            else
            {
                Both(gate, up);
            }
        }
    }

    public static void Silu(torch.Tensor x)
    {
        if (TensorMemory.IsPlain(x))
        {
            MultiplyBySigmoid(x, 1, with: null);
            return;
        }

        using var _ = torch.nn.functional.silu(x, inplace: true);
    }

    /// <summary>x·Φ(x) with the exact error function.</summary>
    public static void Gelu(torch.Tensor x)
    {
        using var result = torch.nn.functional.gelu(x);
        x.copy_(result);
    }

    /// <summary>x·σ(1.702 x), CLIP's approximation.</summary>
    public static void QuickGelu(torch.Tensor x)
    {
        if (TensorMemory.IsPlain(x))
        {
            MultiplyBySigmoid(x, 1.702f, with: null);
            return;
        }

        using var gate = x.mul(1.702f);
        gate.sigmoid_();
        x.mul_(gate);
    }

    /// <summary>½x(1 + tanh(√(2/π)(x + 0.044715 x³))) (Hendrycks and Gimpel 2016), SigLIP's approximation.</summary>
    public static void TanhGelu(torch.Tensor x)
    {
        using var gate = x.square();
        gate.mul_(0.044715f).add_(1f).mul_(x).mul_(MathF.Sqrt(2 / MathF.PI)).tanh_().add_(1f).mul_(0.5f);
        x.mul_(gate);
    }

    /// <summary>x·σ(slope·x), times <paramref name="with"/> where it is given: in place and in one pass.</summary>
    private static unsafe void MultiplyBySigmoid(torch.Tensor x, float slope, torch.Tensor? with)
    {
        const int Stretch = 4096;
        var numbers = x.numel();
        var (to, other) = (TensorMemory.Address(x), with is null ? 0 : TensorMemory.Address(with));
        Workers.ForRows(checked((int)((numbers + Stretch - 1) / Stretch)), (first, end) =>
        {
            var begin = (long)first * Stretch;
            MultiplyBySigmoid((float*)to + begin, other == 0 ? null : (float*)other + begin, Math.Min(numbers, (long)end * Stretch) - begin, slope);
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void MultiplyBySigmoid(float* x, float* with, long count, float slope)
    {
        long i = 0;
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count)
        {
            // e^−|y| never overflows: σ(y) is 1 / (1 + e^−|y|) for y ≥ 0, and e^−|y| / (1 + e^−|y|) below.
            var value = Vector.Load(x + i);
            var y = value * slope;
            var e = FastExp.OfNegative(-Vector.Abs(y));
            var above = Vector.ConditionalSelect(Vector.LessThan(y, Vector<float>.Zero), e, Vector<float>.One);
            var result = value * above / (Vector<float>.One + e);
            Vector.Store(with is null ? result : result * Vector.Load(with + i), x + i);
        }

        for (; i < count; i++)
        {
            var result = x[i] / (1 + MathF.Exp(-slope * x[i]));
            x[i] = with is null ? result : result * with[i];
        }
    }
}
