using LogitLens.Storage.Catalogue.Entities;

namespace LogitLens.Storage.Readings.Digests;

/// <summary>A Done analysis from an earlier version, still in its form and without a digest: see <see cref="DigestBacklog"/>.</summary>
internal sealed class PendingDigestEntity
{
    public long AnalysisId { get; set; }

    public AnalysisEntity? Analysis { get; set; }
}
