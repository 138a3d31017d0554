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

/// <summary>One row of a checkpoint's token table (see <c>TokenEntry</c> of Inference: id, raw piece, decoded text, display text, kind).</summary>
public readonly record struct TokenRow(int Id, string Piece, string Text, string Display, byte Kind);

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
