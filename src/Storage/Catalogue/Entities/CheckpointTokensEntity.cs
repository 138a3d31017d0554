namespace LogitLens.Storage.Catalogue.Entities;

/// <summary>A checkpoint's token table, packed by <see cref="TokenTableCodec"/>.</summary>
internal sealed class CheckpointTokensEntity
{
    public long CheckpointId { get; set; }

    public required byte[] Packed { get; set; }

    public CheckpointEntity? Checkpoint { get; set; }
}
