using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Readings.Digests;

/// <summary>A whole analysis, unpacked: all that a digest may be computed from.</summary>
/// <param name="ModelLayers">L: layer L is the model's own output.</param>
/// <param name="IndexThreshold">From this probability on a token is indexed even where it is not top-1.</param>
/// <param name="Tokens">The checkpoint's.</param>
/// <param name="Layout">The prompt's positions: readings' positions beyond it are answer tokens.</param>
/// <param name="Prompt">Whole layers of the prompt segment, ascending.</param>
/// <param name="Answer">Whole layers of the answer segment, ascending; empty where nothing was fed back.</param>
internal sealed record DigestSource(
    AnalysisId Analysis,
    long RunNumber,
    CheckpointId Checkpoint,
    int ModelLayers,
    RunSettings Settings,
    double IndexThreshold,
    TokenTable Tokens,
    AnalysisLayout Layout,
    IReadOnlyList<LayerArrays> Prompt,
    IReadOnlyList<LayerArrays> Answer);
