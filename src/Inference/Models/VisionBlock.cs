using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>One block of CLIP's or SigLIP's vision transformer: layer norm before attention and MLP, every patch sees every other of its view.</summary>
internal sealed class VisionBlock(int heads, Action<torch.Tensor> activation, LayerNorm norm1, Linear queryKeyValue, Linear output, LayerNorm norm2, Linear fc1, Linear fc2)
{
    public static VisionBlock Load(WeightLoader weights, VisionConfig config, string name) => new(
        config.Heads,
        Activations.Find(config.Activation),
        LayerNorm.Load(weights, name + ".layer_norm1", config.LayerNormEpsilon),
        weights.Linear(name + ".self_attn.q_proj", name + ".self_attn.k_proj", name + ".self_attn.v_proj"),
        weights.Linear(name + ".self_attn.out_proj"),
        LayerNorm.Load(weights, name + ".layer_norm2", config.LayerNormEpsilon),
        weights.Linear(name + ".mlp.fc1"),
        weights.Linear(name + ".mlp.fc2"));

    /// <summary>Moves the residual stream of several views, one below the other, through the block, in place.</summary>
    /// <param name="residual">(views × positions) × width.</param>
    /// <param name="views">How many views there are; none sees another.</param>
    public void Apply(torch.Tensor residual, int views)
    {
        using var scope = torch.NewDisposeScope();
        var byHead = queryKeyValue.Forward(norm1.Forward(residual));
        output.AddTo(residual, AttentionKernel.IsSupported && TensorMemory.IsPlain(byHead) ? AttendByKernel(byHead, views) : Attend(byHead, views));

        var inner = fc1.Forward(norm2.Forward(residual));
        activation(inner);
        fc2.AddTo(residual, inner);
    }

    private torch.Tensor AttendByKernel(torch.Tensor queryKeyValue, int views)
    {
        var (rows, stride) = (checked((int)queryKeyValue.shape[0]) / views, checked((int)queryKeyValue.shape[1]));
        var width = stride / 3;
        var mixed = torch.empty(queryKeyValue.shape[0], width);
        var (from, to) = (TensorMemory.Address(queryKeyValue), TensorMemory.Address(mixed));
        var form = new AttentionKernel.Form(heads, heads, width / heads, stride, IsCausal: false, Window: null);
        AttentionKernel.Run([.. Enumerable.Range(0, views).Select(view => AttentionKernel.Work.InPlace(from, to, view * rows, rows, form))], form);
        return mixed;
    }

    private torch.Tensor Attend(torch.Tensor queryKeyValue, int views)
    {
        var (rows, width) = (queryKeyValue.shape[0], queryKeyValue.shape[1] / 3);
        var byHead = queryKeyValue.view(views, rows / views, 3 * heads, width / heads).transpose(1, 2);
        return torch.nn.functional.scaled_dot_product_attention(
            byHead.narrow(1, 0, heads),
            byHead.narrow(1, heads, heads),
            byHead.narrow(1, 2 * heads, heads)).transpose(1, 2).reshape(rows, width);
    }
}
