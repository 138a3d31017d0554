using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>Rotary position embedding (Su et al. 2021) in the half-rotation form of transformers: element i is paired with i + head size / 2.</summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private readonly torch.Tensor _cos;
    private readonly torch.Tensor _sin;

    /// <summary>Tables for positions 0 … length − 1.</summary>
    public RotaryEmbedding(int length, int headSize, double theta, torch.Device device, torch.ScalarType type)
    {
        using var scope = torch.NewDisposeScope();

        // fp32 and in this order, as transformers does: at position 590 one unit in the last place of an angle is 3e-5.
        var exponents = torch.arange(0, headSize, 2, torch.ScalarType.Float32).div(headSize);
        var frequencies = torch.pow(torch.tensor((float)theta), exponents).reciprocal();
        var angles = torch.arange(0, length, 1, torch.ScalarType.Float32).unsqueeze(1).mul(frequencies.unsqueeze(0));
        var cos = angles.cos();
        var sin = angles.sin();

        // The minus of the rotated first half is kept in the table.
        _cos = torch.cat([cos, cos], 1).unsqueeze(1).to(type, device).DetachFromDisposeScope();
        _sin = torch.cat([sin.neg(), sin], 1).unsqueeze(1).to(type, device).DetachFromDisposeScope();
    }

    /// <summary>Where the tables are.</summary>
    public torch.Device Device => _cos.device;

    /// <summary>The tables' rows for rows of a batch that stand at these positions: two new tensors, the caller's.</summary>
    public (torch.Tensor Cos, torch.Tensor Sin) RowsAt(long[] positions)
    {
        using var scope = torch.NewDisposeScope();
        var rows = torch.tensor(positions, device: _cos.device);
        return (_cos.index_select(0, rows).MoveToOuterDisposeScope(), _sin.index_select(0, rows).MoveToOuterDisposeScope());
    }

    /// <summary>Rotates rows × heads × head size in place.</summary>
    public static void Apply(torch.Tensor x, torch.Tensor cos, torch.Tensor sin)
    {
        using var scope = torch.NewDisposeScope();
        var half = x.shape[2] / 2;
        var swapped = torch.cat([x.narrow(2, half, half), x.narrow(2, 0, half)], 2);
        x.mul_(cos).addcmul_(swapped, sin, 1);
    }

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
    }
}
