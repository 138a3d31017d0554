namespace LogitLens.Storage.Exchange;

/// <summary>One tensor of a safetensors file that is written.</summary>
/// <param name="Name">Its name, unlike the others'.</param>
/// <param name="Type"><c>F32</c>, <c>F16</c>, <c>I32</c> or <c>U8</c>.</param>
/// <param name="Shape">Its dimensions, row-major; 0 for no elements.</param>
public sealed record SafetensorsTensor(string Name, string Type, params IReadOnlyList<long> Shape)
{
    /// <summary>Bytes of one element.</summary>
    public int ElementSize => Type switch
    {
        "F32" or "I32" => 4,
        "F16" => 2,
        "U8" => 1,
        _ => throw new InvalidOperationException($"Nothing is written as {Type}."),
    };

    /// <summary>Bytes of all elements.</summary>
    public long Bytes => Shape.Aggregate((long)ElementSize, (product, size) => checked(product * size));
}
