namespace LogitLens.Storage.Catalogue;

/// <summary>A run of which nothing is left to compute.</summary>
/// <param name="EndedAt">When the last of its analyses that was computed here ended.</param>
public sealed record RunEnd(RunId Run, string Name, RunCounts Counts, DateTimeOffset EndedAt);
