using LogitLens.Inference.Checkpoints;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>down(act(gate(x)) · up(x)) (Shazeer 2020); the activation is the checkpoint's, SiLU for all known ones.</summary>
internal sealed class SwiGlu(int width, Action<torch.Tensor> activation, Linear gateUp, Linear down)
{
    public static SwiGlu Load(WeightLoader weights, string name, TextConfig config) => new(
        config.IntermediateSize,
        Activations.Find(config.Activation),
        weights.Linear(name + ".gate_proj", name + ".up_proj"),
        weights.Linear(name + ".down_proj"));

    /// <summary>Adds the result onto the residual stream; both are rows × width.</summary>
    public void AddTo(torch.Tensor residual, torch.Tensor normed)
    {
        using var scope = torch.NewDisposeScope();
        var both = gateUp.Forward(normed);
        var gate = both.narrow(1, 0, width);
        activation(gate);
        down.AddTo(residual, gate.mul_(both.narrow(1, width, width)));
    }
}
