namespace LogitLens.Inference.Checkpoints;

/// <summary>Kind (<c>clip_vision_model</c>, <c>siglip_vision_model</c>) and sizes of the vision tower.</summary>
public sealed record VisionConfig(
    string ModelType,
    int HiddenSize,
    int IntermediateSize,
    int Layers,
    int Heads,
    int Channels,
    int ImageSize,
    int PatchSize,
    double LayerNormEpsilon,
    string Activation);
