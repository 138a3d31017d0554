using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Models;
using TorchSharp;

namespace LogitLens.Inference.Tracing;

/// <summary>What one sequence's positions make of attention: the rotary angles, and which query sees which key.</summary>
internal sealed class Sight : IDisposable
{
    private readonly torch.Tensor _cos;
    private readonly torch.Tensor _sin;
    private readonly torch.Tensor _own;
    private readonly torch.Tensor? _cut;
    private readonly HashSet<int> _blocks;
    private int _block;

    /// <summary>Prepares a sequence.</summary>
    /// <param name="config">Sizes of the decoder.</param>
    /// <param name="positions">Its length, P.</param>
    /// <param name="device">Where it is computed.</param>
    /// <param name="knockout">What is hidden besides, its blocks and positions checked.</param>
    /// <exception cref="RefusedInputException">The knockout leaves a query nothing to see.</exception>
    public Sight(TextConfig config, int positions, torch.Device device, Knockout? knockout)
    {
        using var scope = torch.NewDisposeScope();
        using var rotary = new RotaryEmbedding(positions, config.HeadSize, config.RopeTheta, device, torch.ScalarType.Float32);
        var (cos, sin) = rotary.RowsAt([.. Enumerable.Range(0, positions).Select(position => (long)position)]);
        var queries = torch.arange(positions, device: device).unsqueeze(1);
        var keys = torch.arange(positions, device: device).unsqueeze(0);
        var unseen = keys.gt(queries);
        if (config.SlidingWindow is { } window)
        {
            unseen = unseen.logical_or(keys.le(queries.sub(window)));
        }

        _blocks = [.. knockout?.Blocks ?? []];
        if (_blocks.Count > 0)
        {
            var cut = unseen.logical_or(Marked(knockout!.Queries, positions, device).unsqueeze(1).logical_and(Marked(knockout.Keys, positions, device).unsqueeze(0)));
            RequireSomethingSeen(cut);
            _cut = cut.DetachFromDisposeScope();
        }

        _own = unseen.DetachFromDisposeScope();
        _cos = cos.DetachFromDisposeScope();
        _sin = sin.DetachFromDisposeScope();
    }

    /// <summary>P × P, true where a query (row) does not see a key, in the block <see cref="Enter"/> named.</summary>
    public torch.Tensor Unseen => _cut is not null && _blocks.Contains(_block) ? _cut : _own;

    /// <summary>Names the block whose turn it is, 1…L.</summary>
    public void Enter(int block) => _block = block;

    /// <summary>Turns rows × heads × head size, row i by the angles of position i: the first half of a head is paired with the second. A new tensor.</summary>
    public torch.Tensor Rotate(torch.Tensor heads)
    {
        // The minus of the first half stands in the table of sines.
        var half = heads.shape[2] / 2;
        var swapped = torch.cat([heads.narrow(2, half, half), heads.narrow(2, 0, half)], 2);
        return heads.mul(_cos.to(heads.device)).add(swapped.mul(_sin.to(heads.device)));
    }

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
        _own.Dispose();
        _cut?.Dispose();
    }

    private static torch.Tensor Marked(IReadOnlyList<int> chosen, int positions, torch.Device device)
    {
        var marks = new bool[positions];
        foreach (var position in chosen)
        {
            marks[position] = true;
        }

        return torch.tensor(marks, device: device);
    }

    private static void RequireSomethingSeen(torch.Tensor unseen)
    {
        var blind = unseen.all(1).cpu().data<bool>().ToArray();
        var first = Array.IndexOf(blind, true);
        if (first >= 0)
        {
            throw new RefusedInputException(
                $"The knockout hides from position {first} everything it sees, and a softmax over nothing is no number: leave it at least one key, such as its own position.");
        }
    }
}
