namespace LogitLens.Storage.Catalogue;

/// <summary>A checkpoint in a list.</summary>
public sealed record CheckpointRow(
    CheckpointId Id,
    string Hash,
    string Name,
    string Folder,
    string ModelType,
    int Layers,
    int VocabularySize,
    string DType,
    long StoredBytes,
    DateTimeOffset FirstSeenAt,
    int Runs);
