using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>Layer normalisation over the last axis, computed in fp32.</summary>
internal sealed class LayerNorm(torch.Tensor weight, torch.Tensor bias, double epsilon)
{
    private readonly long[] _shape = [weight.shape[0]];

    public static LayerNorm Load(WeightLoader weights, string name, double epsilon) =>
        new(weights.LoadFloat(name + ".weight"), weights.LoadFloat(name + ".bias"), epsilon);

    public torch.Tensor Forward(torch.Tensor x)
    {
        if (x.dtype == torch.ScalarType.Float32)
        {
            return torch.nn.functional.layer_norm(x, _shape, weight, bias, epsilon);
        }

        using var scope = torch.NewDisposeScope();
        return torch.nn.functional.layer_norm(x.to(torch.ScalarType.Float32), _shape, weight, bias, epsilon).to(x.dtype).MoveToOuterDisposeScope();
    }
}
