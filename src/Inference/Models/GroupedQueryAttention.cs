using LogitLens.Inference.Checkpoints;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>Causal self-attention with rotary positions, where groups of query heads share keys and values (Ainslie et al. 2023); one each is ordinary attention.</summary>
internal sealed class GroupedQueryAttention(TextConfig config, Linear queryKeyValue, Linear output)
{
    public static GroupedQueryAttention Load(WeightLoader weights, string name, TextConfig config) => new(
        config,
        weights.Linear(name + ".q_proj", name + ".k_proj", name + ".v_proj"),
        weights.Linear(name + ".o_proj"));

    /// <summary>Adds the attention's output onto the residual stream.</summary>
    /// <param name="residual">rows × width.</param>
    /// <param name="normed">rows × width.</param>
    /// <param name="sequence">The sequence the rows belong to.</param>
    /// <param name="block">Index of the block, from 0.</param>
    public void AddTo(torch.Tensor residual, torch.Tensor normed, Sequence sequence, int block)
    {
        using var scope = torch.NewDisposeScope();
        var rows = normed.shape[0];
        var heads = queryKeyValue.Forward(normed).view(rows, config.Heads + (2 * config.KeyValueHeads), config.HeadSize);
        sequence.Rotary.Apply(heads.narrow(1, 0, config.Heads + config.KeyValueHeads), sequence.Past);

        // heads is rows × heads × size; attention wants 1 × heads × rows × size. Views only: the kernel takes strides.
        var byHead = heads.transpose(0, 1).unsqueeze(0);
        var mixed = sequence.Attend(
            block,
            byHead.narrow(1, 0, config.Heads),
            byHead.narrow(1, config.Heads, config.KeyValueHeads),
            byHead.narrow(1, config.Heads + config.KeyValueHeads, config.KeyValueHeads));
        output.AddTo(residual, mixed.transpose(1, 2).reshape(rows, config.Heads * config.HeadSize));
    }
}
