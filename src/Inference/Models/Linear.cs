using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>x·Wᵀ + b. Holds the weight as stored, out × in.</summary>
internal sealed class Linear(torch.Tensor weight, torch.Tensor? bias)
{
    /// <summary>out × in, as stored.</summary>
    internal torch.Tensor Weight => weight;

    /// <summary>out, or null.</summary>
    internal torch.Tensor? Bias => bias;

    /// <summary>rows × in (contiguous) → rows × out, a new tensor.</summary>
    public torch.Tensor Forward(torch.Tensor x) => MatrixProduct.Multiply(x, weight, bias);

    /// <summary>Adds the result onto the residual stream in place.</summary>
    public void AddTo(torch.Tensor residual, torch.Tensor x)
    {
        using var result = MatrixProduct.Multiply(x, weight, bias);
        residual.add_(result);
    }
}
