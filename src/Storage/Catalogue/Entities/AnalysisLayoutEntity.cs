using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Catalogue.Entities;

/// <summary>Where an analysis' positions lie, packed by <see cref="AnalysisLayoutCodec"/>; apart, because lists don't need it.</summary>
internal sealed class AnalysisLayoutEntity : IChecksummed
{
    public long AnalysisId { get; set; }

    public required byte[] Packed { get; set; }

    public long? Checksum { get; set; }

    public AnalysisEntity? Analysis { get; set; }
}
