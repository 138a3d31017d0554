namespace LogitLens.Storage.Catalogue;

/// <summary>An analysis whose attempt is about to be written.</summary>
/// <param name="Layout">Where its positions lie.</param>
public sealed record StartedAnalysis(AnalysisId Id, int Attempt, AnalysisLayout Layout);
