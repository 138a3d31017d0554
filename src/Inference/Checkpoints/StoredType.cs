namespace LogitLens.Inference.Checkpoints;

/// <summary>The number types weights are stored in.</summary>
internal enum StoredType
{
    F32,
    F16,
    BF16,
}
