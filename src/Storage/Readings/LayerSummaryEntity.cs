using LogitLens.Storage.Catalogue.Entities;

namespace LogitLens.Storage.Readings;

/// <summary>One layer's summary while its analysis is Running; the transaction that marks Done gathers them into a <see cref="SummaryEntity"/>.</summary>
internal sealed class LayerSummaryEntity
{
    public long AnalysisId { get; set; }

    public int Attempt { get; set; }

    public ReadingSegment Segment { get; set; }

    public int Layer { get; set; }

    /// <summary>As packed by <see cref="ReadingCodec"/>.</summary>
    public required byte[] Packed { get; set; }

    public AnalysisEntity? Analysis { get; set; }
}
