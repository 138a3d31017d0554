using LogitLens.Storage.Catalogue.Entities;

namespace LogitLens.Storage.Readings;

internal sealed class ReadingEntity : IChecksummed
{
    public long AnalysisId { get; set; }

    public int Attempt { get; set; }

    public ReadingSegment Segment { get; set; }

    public int Layer { get; set; }

    /// <summary>The rest (ranks 1…k−1, tracked tokens) as packed by <see cref="ReadingCodec"/>.</summary>
    public required byte[] Packed { get; set; }

    public long? Checksum { get; set; }

    public AnalysisEntity? Analysis { get; set; }
}
