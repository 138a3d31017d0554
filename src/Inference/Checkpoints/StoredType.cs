namespace LogitLens.Inference.Checkpoints;

/// <summary>The number types weights are read from.</summary>
internal enum StoredType
{
    /// <summary>One that safetensors knows and LogitLens does not read: integers, booleans, doubles, eight-bit floats.</summary>
    Other,
    F32,
    F16,
    BF16,
}
