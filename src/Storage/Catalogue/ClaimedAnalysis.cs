namespace LogitLens.Storage.Catalogue;

/// <summary>Work handed to the analysis service: a Running row and the attempt it has been given.</summary>
public sealed record ClaimedAnalysis(AnalysisId Id, int Attempt, RunId Run, CheckpointRow Checkpoint, RunSettings Settings, ImageId Image, string ImageName, string Prompt);
