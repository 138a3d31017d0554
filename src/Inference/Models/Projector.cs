using LogitLens.Inference.Checkpoints;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>LLaVA-1.5's two-layer projector from the tower's width to the decoder's.</summary>
internal sealed class Projector(Linear linear1, Action<torch.Tensor> activation, Linear linear2)
{
    public static Projector Load(WeightLoader weights, CheckpointConfig config) => new(
        weights.Linear("multi_modal_projector.linear_1"),
        Activations.Find(config.ProjectorActivation),
        weights.Linear("multi_modal_projector.linear_2"));

    /// <summary>patches × vision width → patches × decoder width: a new tensor, the caller's.</summary>
    public torch.Tensor Forward(torch.Tensor features)
    {
        using var inner = linear1.Forward(features);
        activation(inner);
        return linear2.Forward(inner);
    }
}
