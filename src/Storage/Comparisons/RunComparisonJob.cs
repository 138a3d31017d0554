using LogitLens.Storage.Jobs;

namespace LogitLens.Storage.Comparisons;

/// <summary>A comparison being computed, as it stands at one moment.</summary>
/// <param name="Id">What to ask for it by.</param>
/// <param name="Read">Pairs read so far.</param>
/// <param name="Total">Pairs to read.</param>
/// <param name="Error">Why it failed; null unless it did.</param>
/// <param name="Result">Null until it is Done.</param>
public sealed record RunComparisonJob(Guid Id, JobState State, int Read, int Total, string? Error, RunComparison? Result);
