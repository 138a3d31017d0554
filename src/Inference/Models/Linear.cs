using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>x·Wᵀ + b. Holds the transposed view of the weight as stored.</summary>
internal sealed class Linear(torch.Tensor transposed, torch.Tensor? bias)
{
    /// <summary>rows × in → rows × out, a new tensor.</summary>
    public torch.Tensor Forward(torch.Tensor x) => bias is null ? x.mm(transposed) : torch.addmm(bias, x, transposed, 1, 1);

    /// <summary>Adds the result onto the residual stream in place: the multiplication accumulates, no second tensor exists.</summary>
    public void AddTo(torch.Tensor residual, torch.Tensor x)
    {
        residual.addmm_(x, transposed, 1, 1);
        if (bias is not null)
        {
            residual.add_(bias);
        }
    }
}
