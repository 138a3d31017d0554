namespace LogitLens.Storage.Readings;

/// <summary>The summaries of a segment's layers, one after another.</summary>
public sealed record PackedSummary(ReadingSegment Segment, byte[] Packed);
