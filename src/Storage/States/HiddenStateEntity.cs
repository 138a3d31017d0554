using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Readings;

namespace LogitLens.Storage.States;

/// <summary>The hidden states of one layer and segment; in a table of their own, as they are a hundred times the readings.</summary>
internal sealed class HiddenStateEntity
{
    public long AnalysisId { get; set; }

    public int Attempt { get; set; }

    public ReadingSegment Segment { get; set; }

    public int Layer { get; set; }

    public int Positions { get; set; }

    public int Width { get; set; }

    /// <summary>16 or 32.</summary>
    public int Bits { get; set; }

    /// <summary>Positions × Width, row-major, little-endian: as safetensors has them.</summary>
    public required byte[] Values { get; set; }

    public AnalysisEntity? Analysis { get; set; }
}
