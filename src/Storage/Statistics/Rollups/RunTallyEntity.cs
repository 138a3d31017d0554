using LogitLens.Storage.Catalogue.Entities;

namespace LogitLens.Storage.Statistics.Rollups;

/// <summary>Tokens and grid cells at one layer, counted over the same analyses as <see cref="RunAggregateEntity"/>.</summary>
internal sealed class RunTallyEntity
{
    public long RunNumber { get; set; }

    public int Layer { get; set; }

    /// <summary>As packed by <see cref="Aggregates.LayerTallyCodec"/>.</summary>
    public required byte[] Packed { get; set; }

    public RunEntity? Run { get; set; }
}
