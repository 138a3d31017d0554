using LogitLens.Storage.Readings;

namespace LogitLens.Storage.States;

/// <summary>What is known of a layer's hidden states without reading them.</summary>
public sealed record HiddenStateRow(ReadingSegment Segment, int Layer, int Positions, int Width, int Bits)
{
    /// <summary>Their length.</summary>
    public long Bytes => (long)Positions * Width * (Bits / 8);
}
