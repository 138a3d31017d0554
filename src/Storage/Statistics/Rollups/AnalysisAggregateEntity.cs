using LogitLens.Storage.Catalogue.Entities;

namespace LogitLens.Storage.Statistics.Rollups;

/// <summary>A Done analysis' aggregate.</summary>
internal sealed class AnalysisAggregateEntity
{
    public long AnalysisId { get; set; }

    /// <summary>Patches that have a best layer.</summary>
    public int Patches { get; set; }

    /// <summary>Those of them that read as filler there: what a gallery sorts by.</summary>
    public int FillerPatches { get; set; }

    /// <summary>As packed by <see cref="Aggregates.AggregateCodec"/>.</summary>
    public required byte[] Packed { get; set; }

    public AnalysisEntity? Analysis { get; set; }
}
