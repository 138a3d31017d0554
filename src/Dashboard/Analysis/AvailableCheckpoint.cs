using LogitLens.Inference;

namespace LogitLens.Dashboard.Analysis;

/// <summary>A checkpoint a run can use.</summary>
/// <param name="Layers">L.</param>
/// <param name="Template">The form its questions are put into.</param>
/// <param name="Width">Of the residual stream.</param>
/// <param name="Patches">Positions of a picture that is seen in one view; of tiled pictures the least there are.</param>
/// <param name="IsDemo">The small trained one that comes with LogitLens.</param>
public sealed record AvailableCheckpoint(string Name, string Folder, string ModelType, int Layers, int VocabularySize, long StoredBytes, PromptTemplate Template, bool IsDemo, int Width = 0, int Patches = 0);
