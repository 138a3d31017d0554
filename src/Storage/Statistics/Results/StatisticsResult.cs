namespace LogitLens.Storage.Statistics;

/// <summary>The answer to a <see cref="StatisticsQuery"/>; it holds sums, from which any chart is drawn without asking again.</summary>
/// <param name="Query">What was asked.</param>
/// <param name="Checkpoints">One for each checkpoint in the scope, by name; none where the scope has no Done analysis.</param>
public sealed record StatisticsResult(StatisticsQuery Query, IReadOnlyList<CheckpointStatistics> Checkpoints);
