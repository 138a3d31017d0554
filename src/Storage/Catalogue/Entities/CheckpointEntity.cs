namespace LogitLens.Storage.Catalogue.Entities;

internal sealed class CheckpointEntity
{
    public long Id { get; set; }

    public required string Hash { get; set; }

    public required string Name { get; set; }

    public required string Folder { get; set; }

    public required string ModelType { get; set; }

    public int Layers { get; set; }

    public int VocabularySize { get; set; }

    public required string DType { get; set; }

    public long StoredBytes { get; set; }

    public required string Details { get; set; }

    public DateTimeOffset FirstSeenAt { get; set; }

    public List<RunEntity> Runs { get; } = [];

    public CheckpointTokensEntity? Tokens { get; set; }
}
