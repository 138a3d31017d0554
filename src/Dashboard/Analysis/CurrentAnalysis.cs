using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>How far the analysis that is being computed is.</summary>
/// <param name="Stage">What is being done, in a word people read: <c>loading checkpoint</c>, <c>vision</c>, <c>layer 7 of 12</c>, <c>answer</c>.</param>
/// <param name="Fraction">0…1 of this analysis.</param>
/// <param name="Blobs">Readings committed so far (both segments).</param>
/// <param name="Queued">Analyses waiting behind it.</param>
/// <param name="Remaining">Estimated time until the queue is empty, from measured speed; null until something was measured.</param>
public sealed record CurrentAnalysis(AnalysisId Id, RunId Run, string ImageName, string Stage, double Fraction, int Blobs, int Queued, TimeSpan? Remaining);
