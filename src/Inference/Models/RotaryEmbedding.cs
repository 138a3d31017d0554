using System.Numerics;
using System.Runtime.CompilerServices;
using LogitLens.Inference.Runtime;
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

    /// <summary>Rotates the first heads of rows × heads × head size in place.</summary>
    /// <param name="x">rows × heads × head size, contiguous.</param>
    /// <param name="heads">How many of the heads.</param>
    /// <param name="cos">From <see cref="RowsAt"/>.</param>
    /// <param name="sin">From <see cref="RowsAt"/>.</param>
    public static void Apply(torch.Tensor x, int heads, torch.Tensor cos, torch.Tensor sin)
    {
        if (TensorMemory.IsPlain(x))
        {
            Apply(TensorMemory.Address(x), [.. x.shape], heads, TensorMemory.Address(cos), TensorMemory.Address(sin));
            return;
        }

        using var scope = torch.NewDisposeScope();
        var some = x.narrow(1, 0, heads);
        var half = x.shape[2] / 2;
        var swapped = torch.cat([some.narrow(2, half, half), some.narrow(2, 0, half)], 2);
        some.mul_(cos).addcmul_(swapped, sin, 1);
    }

    private static unsafe void Apply(nint x, long[] shape, int heads, nint cos, nint sin)
    {
        var (rows, stride, size) = (checked((int)shape[0]), checked((int)(shape[1] * shape[2])), (int)shape[2]);
        Workers.ForRows(rows, (first, end) =>
        {
            for (var row = first; row < end; row++)
            {
                Rotate((float*)x + ((long)row * stride), heads, size / 2, (float*)cos + ((long)row * size), (float*)sin + ((long)row * size));
            }
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Rotate(float* x, int heads, int half, float* cos, float* sin)
    {
        for (var head = 0; head < heads; head++, x += 2 * half)
        {
            var i = 0;
            for (; i + Vector<float>.Count <= half; i += Vector<float>.Count)
            {
                var low = Vector.Load(x + i);
                var high = Vector.Load(x + half + i);
                Vector.Store((low * Vector.Load(cos + i)) + (high * Vector.Load(sin + i)), x + i);
                Vector.Store((high * Vector.Load(cos + half + i)) + (low * Vector.Load(sin + half + i)), x + half + i);
            }

            for (; i < half; i++)
            {
                var (low, high) = (x[i], x[half + i]);
                x[i] = (low * cos[i]) + (high * sin[i]);
                x[half + i] = (high * cos[half + i]) + (low * sin[half + i]);
            }
        }
    }

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
    }
}
