using LogitLens.Storage.Catalogue.Entities;

namespace LogitLens.Storage.Readings;

/// <summary>The summaries of all layers of a Done analysis' segment in one blob: one read for every map, and no half-empty page per layer.</summary>
internal sealed class SummaryEntity : IChecksummed
{
    public long AnalysisId { get; set; }

    public ReadingSegment Segment { get; set; }

    /// <summary>As packed by <see cref="ReadingCodec"/>, one after another, layers ascending.</summary>
    public required byte[] Packed { get; set; }

    public long? Checksum { get; set; }

    public AnalysisEntity? Analysis { get; set; }
}
