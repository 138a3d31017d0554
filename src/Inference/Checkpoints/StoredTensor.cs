namespace LogitLens.Inference.Checkpoints;

/// <summary>Where one tensor lies in a safetensors file, and as what.</summary>
/// <param name="Type">How its numbers are read.</param>
/// <param name="TypeName">The type as the file names it.</param>
/// <param name="Shape">Sizes, outermost first; empty for a single number.</param>
/// <param name="Elements">The shape's product.</param>
/// <param name="Begin">Its first byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last.</param>
internal sealed record StoredTensor(StoredType Type, string TypeName, long[] Shape, long Elements, long Begin, long End)
{
    /// <summary>Bytes of one element in the file.</summary>
    internal int ElementSize => Type == StoredType.F32 ? 4 : 2;
}
