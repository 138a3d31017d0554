using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>x / √(mean(x²) + ε) · w over the last axis, computed in fp32 (Zhang and Sennrich 2019; Llama's form, no bias).</summary>
internal sealed class RmsNorm(torch.Tensor weight, double epsilon)
{
    private readonly long _width = weight.shape[0];

    /// <summary>Where it is computed.</summary>
    public torch.Device Device { get; } = weight.device;

    public static RmsNorm Load(WeightLoader weights, string name, double epsilon) => new(weights.LoadFloat(name + ".weight"), epsilon);

    /// <summary>rows × width → rows × width, in the type that came.</summary>
    public torch.Tensor Forward(torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var wide = x.dtype == torch.ScalarType.Float32 ? x : x.to(torch.ScalarType.Float32);

        // The 2-norm reads x once and writes one number a row; x² as a tensor of its own would be a write and a read more.
        var scale = wide.norm(-1, keepdim: true, p: 2f).pow_(2).div_(_width).add_(epsilon).rsqrt_();
        var result = wide.mul(scale).mul_(weight);
        return (x.dtype == torch.ScalarType.Float32 ? result : result.to(x.dtype)).MoveToOuterDisposeScope();
    }
}
