namespace LogitLens.Storage.Readings;

/// <summary>The rest of one layer.</summary>
public sealed record PackedRest(ReadingSegment Segment, int Layer, byte[] Packed);
