namespace LogitLens.Storage.Catalogue;

/// <summary>A checkpoint to know.</summary>
/// <param name="Hash">SHA-256 over its files, lower-case hex: what it is known by.</param>
/// <param name="Folder">Where it was last seen.</param>
/// <param name="Details">Sizes and provenance as JSON (config, file sizes, dtype).</param>
public sealed record NewCheckpoint(
    string Hash,
    string Name,
    string Folder,
    string ModelType,
    int Layers,
    int VocabularySize,
    string DType,
    long StoredBytes,
    string Details,
    IReadOnlyList<TokenRow> Tokens);
