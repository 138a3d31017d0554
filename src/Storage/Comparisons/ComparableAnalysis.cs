using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Comparisons;

/// <summary>A finished analysis that another can be compared with.</summary>
/// <param name="IsSamePicture">Of the same image.</param>
/// <param name="IsSamePrompt">With the same prompt.</param>
/// <param name="IsSameCheckpoint">By the same checkpoint.</param>
public sealed record ComparableAnalysis(
    AnalysisId Id, string ImageSha256, string ImageName, string Prompt, RunId Run, string RunName, string CheckpointName, bool IsSamePicture, bool IsSamePrompt, bool IsSameCheckpoint);
