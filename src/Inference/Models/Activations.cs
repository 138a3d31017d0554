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

    public static void Silu(torch.Tensor x)
    {
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
}
