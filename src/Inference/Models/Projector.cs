using LogitLens.Inference.Checkpoints;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>LLaVA's two-layer projector from the tower's width to the decoder's; ViP-LLaVA's norms its input first.</summary>
internal sealed class Projector(LayerNorm? norm, Linear linear1, Action<torch.Tensor> activation, Linear linear2)
{
    public static Projector Load(WeightLoader weights, CheckpointConfig config)
    {
        const string Name = "multi_modal_projector";
        return new Projector(
            config.ProjectorNormEpsilon is { } epsilon ? LayerNorm.Load(weights, Name + ".projector_layernorm", epsilon) : null,
            weights.Linear(Name + ".linear_1"),
            Activations.Find(config.ProjectorActivation),
            weights.Linear(Name + ".linear_2"));
    }

    /// <summary>patches × (vision width × feature layers) → patches × decoder width: a new tensor, the caller's.</summary>
    public torch.Tensor Forward(torch.Tensor features)
    {
        using var normed = norm?.Forward(features);
        using var inner = linear1.Forward(normed ?? features);
        activation(inner);
        return linear2.Forward(inner);
    }
}
