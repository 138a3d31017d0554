using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>A matrix of the block that a slot holds as stored. It is multiplied by few rows without being converted first: widening every number in a register costs less than writing it to memory and reading it again.</summary>
internal sealed unsafe class StoredMatrix
{
    private readonly int _width;
    private readonly int _height;
    private Part[] _parts = [];

    /// <summary>Makes a matrix that holds nothing yet.</summary>
    /// <param name="height">Numbers out.</param>
    /// <param name="width">Numbers in.</param>
    public StoredMatrix(int height, int width)
    {
        _height = height;
        _width = width;
    }

    /// <summary>Whether its numbers are in place.</summary>
    public bool IsHeld => _parts.Length > 0;

    /// <summary>Its numbers are at these places, one part below the other.</summary>
    public void Hold(Part[] parts) => _parts = parts;

    /// <summary>Its numbers are no longer in place.</summary>
    public void Release() => _parts = [];

    /// <summary>rows × in → rows × out, a new contiguous tensor, fp32.</summary>
    /// <param name="x">rows × in, contiguous, fp32, on the CPU.</param>
    /// <param name="bias">out, or null.</param>
    public torch.Tensor Multiply(torch.Tensor x, torch.Tensor? bias)
    {
        var rows = checked((int)x.shape[0]);
        var result = torch.empty(rows, _height);
        var (from, to) = (TensorMemory.Address(x), TensorMemory.Address(result));
        var first = 0;
        foreach (var part in _parts)
        {
            var place = first;
            Workers.ForRows(part.Rows, (begin, end) => StoredProduct.Multiply(
                part.Type, (byte*)part.Address, begin, end, _width, (float*)from, rows, (float*)to + place, _height));
            first += part.Rows;
        }

        return bias is null ? result : result.add_(bias);
    }

    /// <summary>Consecutive rows.</summary>
    /// <param name="Type">How each number is stored.</param>
    /// <param name="Address">The first of them.</param>
    /// <param name="Rows">Number of rows.</param>
    internal readonly record struct Part(StoredType Type, nint Address, int Rows);
}
