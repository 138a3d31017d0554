using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Documents;

/// <summary>
/// One analysis as JSON for scripts; see <c>docs/formats/readings.md</c> and <c>docs/formats/readings.schema.json</c>. Version 1 is what <c>analyze --json</c>
/// writes while it computes, in single precision. Version 2 comes from the database, in the half precision it keeps, and adds where it is from and which
/// tokens it uses, so that another LogitLens can import it.
/// </summary>
/// <param name="Version">1 or 2.</param>
/// <param name="Checkpoint">The checkpoint's name.</param>
/// <param name="Prompt">The full prompt.</param>
/// <param name="Positions">The prompt's positions, then the answer tokens that were fed back.</param>
/// <param name="Layers">Layers asked for, ascending.</param>
/// <param name="Answer">Null if none was asked for.</param>
/// <param name="Origin">Null in version 1.</param>
/// <param name="Tokens">The rows of the token table that the document uses, by id; null in version 1.</param>
public sealed record ReadingsDocument(
    int Version,
    string Checkpoint,
    string Prompt,
    IReadOnlyList<DocumentPosition> Positions,
    IReadOnlyList<DocumentLayer> Layers,
    DocumentAnswer? Answer,
    DocumentOrigin? Origin = null,
    IReadOnlyList<TokenRow>? Tokens = null)
{
    /// <summary>The version without origin and tokens.</summary>
    public const int Plain = 1;

    /// <summary>The version from the database.</summary>
    public const int WithOrigin = 2;
}

/// <summary>A position. <paramref name="Kind"/>: <c>text</c>, <c>patch</c>, <c>newline</c>, <c>answer</c>; the last four null where there is no patch.</summary>
/// <param name="Pixels">In original pixels.</param>
public sealed record DocumentPosition(int Id, string Piece, string Text, string Kind, int? Tile, int? Row, int? Column, PixelBox? Pixels);

/// <summary>A layer's reading at all positions of the document, row-major.</summary>
/// <param name="Layer">0 = <c>emb</c>.</param>
/// <param name="Ids">Positions × TopK.</param>
/// <param name="Probabilities">Positions × TopK.</param>
/// <param name="LogProbabilities">Positions × TopK natural logarithms; null in version 1 and where the source gave probabilities alone.</param>
/// <param name="EntropyBits">Positions; null where the source has none.</param>
/// <param name="LogSumExp">Positions; null in version 2, for the database does not keep it.</param>
/// <param name="Tracked">Ids of tracked tokens.</param>
/// <param name="TrackedScores">Positions × Tracked, of the kind of <paramref name="LogProbabilities"/>, or probabilities where those are null.</param>
/// <param name="TrackedRanks">Positions × Tracked, in the whole vocabulary; 1 for the first.</param>
/// <param name="Legacy">The final norm was applied twice.</param>
public sealed record DocumentLayer(
    int Layer,
    int TopK,
    int[] Ids,
    float[] Probabilities,
    float[]? LogProbabilities,
    float[]? EntropyBits,
    float[]? LogSumExp,
    int[] Tracked,
    float[] TrackedScores,
    int[] TrackedRanks,
    bool Legacy = false);

/// <summary>The answer: all generated ids, the end token included if reached, and the text people read (null where only ids are known).</summary>
public sealed record DocumentAnswer(IReadOnlyList<int> Ids, string? Text);

/// <summary>Where a document of version 2 is from.</summary>
public sealed record DocumentOrigin(DocumentCheckpoint Checkpoint, DocumentRun Run, DocumentAnalysis Analysis, DocumentImage Image);

/// <summary>A checkpoint's facts.</summary>
public sealed record DocumentCheckpoint(string Hash, string Name, string ModelType, int Layers, int VocabularySize, string DType, long StoredBytes);

/// <summary>The run.</summary>
/// <param name="Prompt">The prompt all its items share, or null where they differ.</param>
public sealed record DocumentRun(string Id, string Name, RunSettings Settings, string Provenance, string? Prompt, DateTimeOffset CreatedAt);

/// <summary>The analysis in its run.</summary>
public sealed record DocumentAnalysis(int Ordinal, string? TrueAnswer, DateTimeOffset QueuedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>The image.</summary>
/// <param name="OriginalWidth">Width in the run's orientation, in pixels.</param>
/// <param name="Seen">The part the model saw, in original pixels.</param>
/// <param name="Data">The file as it was uploaded; null if it was left out.</param>
public sealed record DocumentImage(
    string Sha256, string Name, string MediaType, int Width, int Height, int ExifOrientation, int OriginalWidth, int OriginalHeight, PixelBox Seen, byte[]? Data);
