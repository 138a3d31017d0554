using LogitLens.Storage.Catalogue.Entities;

namespace LogitLens.Storage.Statistics.Rollups;

/// <summary>The sum of a run's aggregates, but for its <see cref="UnsummedAnalysisEntity"/>.</summary>
internal sealed class RunAggregateEntity
{
    public long RunNumber { get; set; }

    /// <summary>How many analyses are in it.</summary>
    public int Analyses { get; set; }

    /// <summary>As packed by <see cref="Aggregates.AggregateCodec"/>.</summary>
    public required byte[] Packed { get; set; }

    public RunEntity? Run { get; set; }
}
