using LogitLens.Storage.Jobs;

namespace LogitLens.Storage.Statistics;

/// <summary>Statistics being computed, as they stand at one moment.</summary>
/// <param name="Id">What to ask for it by.</param>
/// <param name="Query">What was asked.</param>
/// <param name="Read">Analyses read so far.</param>
/// <param name="Total">Analyses to read.</param>
/// <param name="Error">Why it failed; null unless it did.</param>
/// <param name="Result">Null until it is Done.</param>
public sealed record StatisticsJob(Guid Id, StatisticsQuery Query, JobState State, int Read, int Total, string? Error, StatisticsResult? Result);
