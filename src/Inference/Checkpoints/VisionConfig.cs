namespace LogitLens.Inference.Checkpoints;

/// <summary>Sizes of the vision tower.</summary>
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
