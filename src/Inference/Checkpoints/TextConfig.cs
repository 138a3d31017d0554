namespace LogitLens.Inference.Checkpoints;

/// <summary>Sizes of the decoder.</summary>
/// <param name="ModelType"><c>llama</c>, <c>mistral</c>, <c>qwen2</c>.</param>
/// <param name="HiddenSize">Width of the residual stream.</param>
/// <param name="IntermediateSize">Width inside the MLP.</param>
/// <param name="Layers">Number of blocks, L.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads (grouped-query attention where fewer than <paramref name="Heads"/>).</param>
/// <param name="HeadSize">Size of one head; not always <c>HiddenSize / Heads</c>.</param>
/// <param name="VocabularySize">Rows of the embedding and the unembedding.</param>
/// <param name="MaxPositions">The context length.</param>
/// <param name="RopeTheta">Base of the rotary embedding.</param>
/// <param name="RmsNormEpsilon">Epsilon of every RMS norm.</param>
/// <param name="Activation">Activation of the MLP (<c>silu</c>).</param>
/// <param name="AttentionBias">Query, key and value projections have biases; in Llama the output projection too.</param>
/// <param name="SlidingWindow">Positions a query sees at most, itself included; null for all.</param>
/// <param name="MlpBias">The MLP's three projections have biases.</param>
public sealed record TextConfig(
    string ModelType,
    int HiddenSize,
    int IntermediateSize,
    int Layers,
    int Heads,
    int KeyValueHeads,
    int HeadSize,
    int VocabularySize,
    int MaxPositions,
    double RopeTheta,
    double RmsNormEpsilon,
    string Activation,
    bool AttentionBias,
    int? SlidingWindow,
    bool MlpBias = false);
