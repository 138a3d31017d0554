using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange;

/// <summary>
/// What the browser needs to know of an analysis besides its packed readings and the token table. JSON in camelCase, states in words.
/// </summary>
/// <param name="Version">Of this form; 1.</param>
/// <param name="Attempt">Readings of another attempt must not be mixed in.</param>
/// <param name="Blobs">Readings committed so far.</param>
/// <param name="BlobsTotal">Prompt layers there will be (answer layers come on top).</param>
/// <param name="Layers">Layers asked for, ascending, 0 = emb.</param>
/// <param name="LayerCount">L: layer L is the model's own output.</param>
/// <param name="Seen">[x, y, width, height] in original pixels; null before the picture was prepared.</param>
/// <param name="Source">The file it was imported from; null for what was computed here.</param>
/// <param name="Positions">The prompt's positions, then the answer tokens that were fed back.</param>
public sealed record AnalysisManifest(
    int Version,
    long Id,
    ManifestRun Run,
    ManifestCheckpoint Checkpoint,
    ManifestImage Image,
    AnalysisState State,
    string? Error,
    int Attempt,
    int Blobs,
    int BlobsTotal,
    string Prompt,
    string? TrueAnswer,
    string Lens,
    bool Legacy,
    int TopK,
    IReadOnlyList<int> Layers,
    int LayerCount,
    double[]? Seen,
    IReadOnlyList<ManifestPosition> Positions,
    ManifestAnswer? Answer,
    ManifestSource? Source = null)
{
    /// <summary>When the tokens beyond top-1 were let go of by the run's retention; null while they are here.</summary>
    public DateTimeOffset? RestGoneAt { get; init; }

    /// <summary>Puts the manifest together.</summary>
    public static AnalysisManifest From(AnalysisDetail detail)
    {
        ArgumentNullException.ThrowIfNull(detail);

        var (row, run, image, layout, answerIds, blobs) = detail;
        var checkpoint = run.Checkpoint;
        var (width, height) = image.SizeAs(run.Settings.ApplyExifOrientation);
        return new AnalysisManifest(
            Version: 1,
            Id: row.Id.Value,
            Run: new ManifestRun(run.Id.ToString(), run.Name),
            Checkpoint: new ManifestCheckpoint(checkpoint.Hash, checkpoint.Name, checkpoint.VocabularySize),
            Image: new ManifestImage(
                image.Sha256,
                image.Name,
                layout?.OriginalWidth ?? width,
                layout?.OriginalHeight ?? height,
                run.Settings.ApplyExifOrientation ? "exif" : "stored"),
            State: row.State,
            Error: row.Error,
            Attempt: row.Attempt,
            Blobs: blobs,
            BlobsTotal: row.LayersTotal,
            Prompt: row.Prompt,
            TrueAnswer: row.TrueAnswer,
            Lens: run.Settings.Lens,
            Legacy: run.Settings.Legacy,
            TopK: run.Settings.TopK,
            Layers: run.Settings.Layers ?? [.. Enumerable.Range(0, checkpoint.Layers + 1)],
            LayerCount: checkpoint.Layers,
            Seen: layout is null ? null : ToArray(layout.Seen),
            Positions: layout is null ? [] : PositionsOf(layout, answerIds),
            Answer: row.AnswerText is null ? null : new ManifestAnswer(answerIds, row.AnswerText),
            Source: detail.Source is not { } source ? null : new ManifestSource(source.File, source.Form, source.Sha256, source.Notes))
        {
            RestGoneAt = row.RestGoneAt,
        };
    }

    private static List<ManifestPosition> PositionsOf(AnalysisLayout layout, IReadOnlyList<int> answerIds)
    {
        var positions = new List<ManifestPosition>(layout.Positions.Count + answerIds.Count);
        foreach (var position in layout.Positions)
        {
            positions.Add(new ManifestPosition(
                position.Id,
                KindNames[position.Kind],
                position.Tile,
                position.Row,
                position.Column,
                position.Pixels is { } pixels ? ToArray(pixels) : null));
        }

        // The last token generated is never fed back, so nothing was read behind it.
        for (var index = 0; index < answerIds.Count - 1; index++)
        {
            positions.Add(new ManifestPosition(answerIds[index], AnswerKind, null, null, null, null));
        }

        return positions;
    }

    private static double[] ToArray(PixelBox box) => [box.X, box.Y, box.Width, box.Height];

    private const string AnswerKind = "answer";

    // In the order of Inference's PositionKind, which layouts keep as a byte.
    private static readonly string[] KindNames = ["text", "patch", "newline", AnswerKind];
}

/// <summary>The run.</summary>
public sealed record ManifestRun(string Id, string Name);

/// <summary>The checkpoint.</summary>
public sealed record ManifestCheckpoint(string Hash, string Name, int VocabularySize);

/// <summary>The image; <paramref name="Width"/> and <paramref name="Height"/> in the run's orientation, which <paramref name="Orientation"/> names: <c>stored</c> or <c>exif</c>.</summary>
public sealed record ManifestImage(string Sha256, string Name, int Width, int Height, string Orientation);

/// <summary>One position. <paramref name="Kind"/>: <c>text</c>, <c>patch</c>, <c>newline</c>, <c>answer</c>; <paramref name="Pixels"/>: [x, y, width, height] in original pixels; the last four null where there is no patch.</summary>
public sealed record ManifestPosition(int Id, string Kind, int? Tile, int? Row, int? Column, double[]? Pixels);

/// <summary>The file an imported analysis came from; <paramref name="Notes"/> say what is absent or different from a reading of LogitLens' own.</summary>
public sealed record ManifestSource(string File, string Form, string Sha256, IReadOnlyList<string> Notes);

/// <summary>The answer: all generated ids, the end token included if reached, and the text people read.</summary>
public sealed record ManifestAnswer(IReadOnlyList<int> Ids, string Text);
