namespace LogitLens.Storage.Care.Checks;

/// <summary>Runs, by number, of which something is not right that can be made anew.</summary>
/// <param name="Indexes">The token index.</param>
/// <param name="Totals">The totals alone: the index' rows are right.</param>
/// <param name="Statistics">Aggregates of analyses, or the run's sums.</param>
internal sealed record BrokenRuns(List<long> Indexes, List<long> Totals, List<long> Statistics)
{
    public BrokenRuns()
        : this([], [], [])
    {
    }
}
