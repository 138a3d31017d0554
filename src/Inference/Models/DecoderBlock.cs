using LogitLens.Inference.Checkpoints;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>One block of a Llama, Mistral or Qwen2 decoder: attention and MLP, each on its own norm, each added onto the residual stream.</summary>
internal sealed class DecoderBlock(int index, RmsNorm inputNorm, GroupedQueryAttention attention, RmsNorm postAttentionNorm, SwiGlu mlp)
{
    public static DecoderBlock Load(WeightLoader weights, TextConfig config, int index)
    {
        var name = $"language_model.model.layers.{index}";
        return new DecoderBlock(
            index,
            RmsNorm.Load(weights, name + ".input_layernorm", config.RmsNormEpsilon),
            GroupedQueryAttention.Load(weights, name + ".self_attn", config),
            RmsNorm.Load(weights, name + ".post_attention_layernorm", config.RmsNormEpsilon),
            SwiGlu.Load(weights, name + ".mlp", config));
    }

    /// <summary>Moves the residual stream (rows × width) through the block, in place.</summary>
    public void Apply(torch.Tensor residual, Sequence sequence)
    {
        using var scope = torch.NewDisposeScope();
        attention.AddTo(residual, inputNorm.Forward(residual), sequence, index);
        mlp.AddTo(residual, postAttentionNorm.Forward(residual));
    }
}
