using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>x·Wᵀ + b.</summary>
/// <param name="weight">out × in.</param>
/// <param name="bias">out, or null.</param>
/// <param name="stored">The same weight where a streamed block is held as stored; null for one that never is.</param>
internal sealed class Linear(torch.Tensor weight, torch.Tensor? bias, StoredMatrix? stored = null)
{
    /// <summary>out × in, as stored.</summary>
    internal torch.Tensor Weight => weight;

    /// <summary>out, or null.</summary>
    internal torch.Tensor? Bias => bias;

    /// <summary>rows × in (contiguous) → rows × out, a new tensor.</summary>
    public torch.Tensor Forward(torch.Tensor x) => stored is { IsHeld: true } ? stored.Multiply(x, bias) : MatrixProduct.Multiply(x, weight, bias);

    /// <summary>Adds the result onto the residual stream in place.</summary>
    public void AddTo(torch.Tensor residual, torch.Tensor x)
    {
        using var result = Forward(x);
        residual.add_(result);
    }
}
