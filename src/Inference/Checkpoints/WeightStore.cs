namespace LogitLens.Inference.Checkpoints;

/// <summary>The tensors of one or more safetensors files, read with <see cref="RandomAccess"/> into memory the caller owns.</summary>
public sealed class WeightStore
{
    /// <summary>Whether a tensor of that canonical key exists.</summary>
    public bool Contains(string key) => throw new NotImplementedException();

    /// <summary>The shape of a tensor.</summary>
    /// <exception cref="RefusedInputException">No such tensor.</exception>
    public IReadOnlyList<long> ShapeOf(string key) => throw new NotImplementedException();

    /// <summary>Total bytes of all tensors as stored.</summary>
    public long StoredBytes => throw new NotImplementedException();

    /// <summary>Reads a tensor and converts F32, F16 or BF16 to float.</summary>
    /// <param name="key">The canonical key.</param>
    /// <param name="destination">As many elements as the shape's product.</param>
    /// <exception cref="RefusedInputException">No such tensor, or the file was cut short since it was opened.</exception>
    public void Read(string key, Span<float> destination) => throw new NotImplementedException();
}
