using LogitLens.Inference.Checkpoints;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>down(act(gate(x)) · up(x)) (Shazeer 2020); the activation is the checkpoint's, SiLU for all known ones.</summary>
internal sealed class SwiGlu(Action<torch.Tensor, torch.Tensor> activation, Linear gate, Linear up, Linear down)
{
    internal Linear GateProjection => gate;

    internal Linear UpProjection => up;

    internal Linear DownProjection => down;

    public static SwiGlu Load(WeightLoader weights, string name, TextConfig config) => new(
        Activations.FindGate(config.Activation),
        weights.Linear(name + ".gate_proj"),
        weights.Linear(name + ".up_proj"),
        weights.Linear(name + ".down_proj"));

    /// <summary>Adds the result onto the residual stream; both are rows × width.</summary>
    public void AddTo(torch.Tensor residual, torch.Tensor normed)
    {
        using var scope = torch.NewDisposeScope();
        var inner = gate.Forward(normed);
        activation(inner, up.Forward(normed));
        down.AddTo(residual, inner);
    }
}
