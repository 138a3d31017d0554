using LogitLens.Storage.Catalogue.Entities;

namespace LogitLens.Storage.Statistics.Rollups;

/// <summary>A Done analysis that is not in its run's sums yet: see <see cref="RunSums"/>.</summary>
internal sealed class UnsummedAnalysisEntity
{
    public long AnalysisId { get; set; }

    public long RunNumber { get; set; }

    public AnalysisEntity? Analysis { get; set; }
}
