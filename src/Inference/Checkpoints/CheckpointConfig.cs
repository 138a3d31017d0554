namespace LogitLens.Inference.Checkpoints;

/// <summary>What <c>config.json</c> says, fields left out filled with the model type's defaults in transformers.</summary>
/// <param name="ModelType"><c>llava</c>, <c>vipllava</c>, <c>llava_next</c>, <c>llava_onevision</c>.</param>
/// <param name="ImageTokenId">The placeholder's id (<c>image_token_index</c>; newer files: <c>image_token_id</c>).</param>
/// <param name="VisionFeatureLayers">Which hidden states of the tower are read (0 = its embeddings, negative from the end); more than one are concatenated.</param>
/// <param name="DropClassToken">Feature strategy <c>default</c>: the first position is dropped; <c>full</c>: kept.</param>
/// <param name="ProjectorActivation">Activation between the projector's two layers (<c>gelu</c>).</param>
/// <param name="ProjectorBias">Whether the projector's layers have biases.</param>
/// <param name="ProjectorNormEpsilon">Epsilon of the layer norm before the projector's first layer (ViP-LLaVA); null where there is none.</param>
/// <param name="TieWordEmbeddings">The unembedding is the embedding matrix.</param>
/// <param name="DType">The type named in the config (<c>float16</c>, …); where it names none, what the unembedding is stored in.</param>
/// <param name="Vision">The tower.</param>
/// <param name="Text">The decoder.</param>
/// <param name="EndOfTextIds">Ids that end an answer, from <c>generation_config.json</c>, else the config's <c>eos_token_id</c>, else the model type's default.</param>
/// <param name="Tiling">How tiles are chosen (LLaVA-NeXT, LLaVA-OneVision); null for a model that sees one view.</param>
public sealed record CheckpointConfig(
    string ModelType,
    int ImageTokenId,
    IReadOnlyList<int> VisionFeatureLayers,
    bool DropClassToken,
    string ProjectorActivation,
    bool ProjectorBias,
    double? ProjectorNormEpsilon,
    bool TieWordEmbeddings,
    string DType,
    VisionConfig Vision,
    TextConfig Text,
    IReadOnlyList<int> EndOfTextIds,
    TilingConfig? Tiling = null);
