namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>Sums for each cell of a grid at one layer.</summary>
internal sealed class GridTally(int cells)
{
    /// <summary>Patches that lay there: analyses with that grid, where none of their cells is empty.</summary>
    public long[] Count { get; } = new long[cells];

    /// <summary>Sums of confidences in units of <see cref="HistogramScale.Confidence"/>.</summary>
    public long[] Confidence { get; } = new long[cells];

    /// <summary>How many had an entropy.</summary>
    public long[] EntropyCount { get; } = new long[cells];

    /// <summary>Sums of entropies in units of <see cref="HistogramScale.Entropy"/>.</summary>
    public long[] Entropy { get; } = new long[cells];

    /// <summary>How many top-1 tokens were filler.</summary>
    public long[] Filler { get; } = new long[cells];

    /// <summary>How many patches had their best layer here.</summary>
    public long[] Best { get; } = new long[cells];

    /// <summary>How many of those were filler here.</summary>
    public long[] BestFiller { get; } = new long[cells];

    /// <summary>The columns, in the order they are packed in.</summary>
    public IReadOnlyList<long[]> Columns => [Count, Confidence, EntropyCount, Entropy, Filler, Best, BestFiller];
}
