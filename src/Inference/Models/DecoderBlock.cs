using LogitLens.Inference.Checkpoints;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>One block of a Llama, Mistral or Qwen2 decoder: attention and MLP, each on its own norm, each added onto the residual stream.</summary>
internal sealed class DecoderBlock(RmsNorm inputNorm, GroupedQueryAttention attention, RmsNorm postAttentionNorm, SwiGlu mlp)
{
    internal RmsNorm InputNorm => inputNorm;

    internal GroupedQueryAttention Attention => attention;

    internal RmsNorm PostAttentionNorm => postAttentionNorm;

    internal SwiGlu Mlp => mlp;

    public static DecoderBlock Load(WeightLoader weights, string name, TextConfig config)
    {
        return new DecoderBlock(
            RmsNorm.Load(weights, name + ".input_layernorm", config.RmsNormEpsilon),
            GroupedQueryAttention.Load(weights, name + ".self_attn", config),
            RmsNorm.Load(weights, name + ".post_attention_layernorm", config.RmsNormEpsilon),
            SwiGlu.Load(weights, name + ".mlp", config));
    }

    /// <summary>Moves the residual stream (rows × width) through the block, in place.</summary>
    /// <param name="residual">rows × width.</param>
    /// <param name="sequences">The sequences the rows belong to.</param>
    /// <param name="index">Index of the block, from 0.</param>
    public void Apply(torch.Tensor residual, SequenceBatch sequences, int index)
    {
        using var scope = torch.NewDisposeScope();
        var here = residual.device == inputNorm.Device ? residual : residual.to(inputNorm.Device);
        attention.AddTo(here, inputNorm.Forward(here), sequences, index);
        mlp.AddTo(here, postAttentionNorm.Forward(here));
        if (!ReferenceEquals(here, residual))
        {
            // The block is on another GPU than the stream.
            residual.copy_(here);
        }
    }
}
