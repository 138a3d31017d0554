using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Models;
using TorchSharp;

namespace LogitLens.Inference.Tracing;

/// <summary>
/// A decoder block as its formulas are written, for one sequence: every step an operation of libtorch that gradients flow through, none in place, the softmax of
/// each head spelt out. Slower than <see cref="DecoderBlock.Apply"/> and independent of its kernels; both use the same weights.
/// </summary>
internal static class PlainBlock
{
    /// <summary>One sequence through one block, in fp32.</summary>
    /// <param name="block">The weights.</param>
    /// <param name="config">Sizes of the decoder.</param>
    /// <param name="residual">positions × width.</param>
    /// <param name="sight">Angles, and who sees whom.</param>
    /// <param name="onHead">Called with each query head's softmax weights, positions × positions.</param>
    /// <returns>The residual stream after attention, and after the MLP: new tensors, the caller's.</returns>
    public static (torch.Tensor AfterAttention, torch.Tensor Output) Forward(
        DecoderBlock block, TextConfig config, torch.Tensor residual, Sight sight, Action<int, torch.Tensor>? onHead)
    {
        using var scope = torch.NewDisposeScope();
        var here = residual.to(block.InputNorm.Device);
        var attended = here.add(Attend(block.Attention, config, Norm(block.InputNorm, here), sight, onHead));
        var normed = Norm(block.PostAttentionNorm, attended);
        var inner = Activate(config.Activation, Multiply(normed, block.Mlp.GateProjection)).mul(Multiply(normed, block.Mlp.UpProjection));
        var output = attended.add(Multiply(inner, block.Mlp.DownProjection)).to(residual.device);
        return (attended.to(residual.device).MoveToOuterDisposeScope(), output.MoveToOuterDisposeScope());
    }

    /// <summary>x / √(mean(x²) + ε) · w.</summary>
    public static torch.Tensor Norm(RmsNorm norm, torch.Tensor x) =>
        x.mul(x.square().mean([-1], keepdim: true).add(norm.Epsilon).rsqrt()).mul(norm.Weight);

    private static torch.Tensor Attend(GroupedQueryAttention attention, TextConfig config, torch.Tensor normed, Sight sight, Action<int, torch.Tensor>? onHead)
    {
        var all = Multiply(normed, attention.QueryKeyValue).view(normed.shape[0], config.Heads + (2 * config.KeyValueHeads), config.HeadSize);
        var rotated = sight.Rotate(all.narrow(1, 0, config.Heads + config.KeyValueHeads));
        var values = all.narrow(1, config.Heads + config.KeyValueHeads, config.KeyValueHeads);
        var group = config.Heads / config.KeyValueHeads;
        var unseen = sight.Unseen.to(normed.device);
        var mixed = new torch.Tensor[config.Heads];
        for (var head = 0; head < config.Heads; head++)
        {
            // One head at a time: a picture in many tiles has maps of hundreds of megabytes.
            using var scope = torch.NewDisposeScope();
            var keyHead = head / group;
            var scores = rotated.select(1, head).matmul(rotated.select(1, config.Heads + keyHead).transpose(0, 1)).mul(1 / Math.Sqrt(config.HeadSize));
            var weights = torch.nn.functional.softmax(scores.masked_fill(unseen, float.NegativeInfinity), -1);
            mixed[head] = weights.matmul(values.select(1, keyHead)).MoveToOuterDisposeScope();
            onHead?.Invoke(head, weights);
        }

        return Multiply(torch.cat(mixed, 1), attention.Output);
    }

    /// <summary>x·Wᵀ + b. Weights that a GPU keeps in half precision are widened.</summary>
    private static torch.Tensor Multiply(torch.Tensor x, Linear linear) =>
        torch.nn.functional.linear(x, linear.Weight.to(torch.ScalarType.Float32), linear.Bias?.to(torch.ScalarType.Float32));

    private static torch.Tensor Activate(string name, torch.Tensor x) => name switch
    {
        "silu" or "swish" => x.mul(x.sigmoid()),
        "gelu" => x.mul(x.mul(1 / Math.Sqrt(2)).erf().add(1)).mul(0.5),
        "quick_gelu" => x.mul(x.mul(1.702).sigmoid()),
        "gelu_pytorch_tanh" => x.mul(x.add(x.pow(3).mul(0.044715)).mul(Math.Sqrt(2 / Math.PI)).tanh().add(1)).mul(0.5),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Refused when the checkpoint is opened."),
    };
}
