using LogitLens.Inference.Checkpoints;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>Causal self-attention with rotary positions, where groups of query heads share keys and values (Ainslie et al. 2023); one each is ordinary attention.</summary>
internal sealed class GroupedQueryAttention(TextConfig config, Linear queryKeyValue, Linear output)
{
    /// <summary>Queries, keys and values one below the other, all heads of each in turn.</summary>
    internal Linear QueryKeyValue => queryKeyValue;

    internal Linear Output => output;

    public static GroupedQueryAttention Load(WeightLoader weights, string name, TextConfig config) => new(
        config,
        weights.Linear(name + ".q_proj", name + ".k_proj", name + ".v_proj"),
        weights.Linear(name + ".o_proj"));

    /// <summary>Adds the attention's output onto the residual stream.</summary>
    /// <param name="residual">rows × width.</param>
    /// <param name="normed">rows × width.</param>
    /// <param name="sequences">The sequences the rows belong to.</param>
    /// <param name="block">Index of the block, from 0.</param>
    public void AddTo(torch.Tensor residual, torch.Tensor normed, SequenceBatch sequences, int block)
    {
        using var scope = torch.NewDisposeScope();
        var heads = queryKeyValue.Forward(normed).view(normed.shape[0], config.Heads + (2 * config.KeyValueHeads), config.HeadSize);
        output.AddTo(residual, sequences.Attend(block, heads));
    }
}
