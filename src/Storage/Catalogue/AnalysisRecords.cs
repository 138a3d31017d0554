namespace LogitLens.Storage.Catalogue;

/// <summary>An analysis in a list.</summary>
/// <param name="LayersDone">Layers of the current attempt that are committed.</param>
/// <param name="LayersTotal">Layers the run asks for.</param>
public sealed record AnalysisRow(
    AnalysisId Id,
    RunId Run,
    int Ordinal,
    ImageId Image,
    string ImageSha256,
    string ImageName,
    string Prompt,
    string? TrueAnswer,
    AnalysisState State,
    int Attempt,
    int LayersDone,
    int LayersTotal,
    string? Error,
    string? AnswerText,
    DateTimeOffset QueuedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt);

/// <summary>Everything the explorer needs about one analysis, except its readings.</summary>
/// <param name="Layout">The layout of the current attempt; null until the picture has been prepared.</param>
public sealed record AnalysisDetail(AnalysisRow Row, RunRow Run, ImageRow Image, AnalysisLayout? Layout, IReadOnlyList<int> AnswerIds);

/// <summary>Where an analysis' positions lie; written once, before the first layer.</summary>
/// <param name="OriginalWidth">Width of the picture in the run's orientation, in pixels.</param>
/// <param name="OriginalHeight">Height of the picture in the run's orientation, in pixels.</param>
/// <param name="Seen">The part of it that the model saw.</param>
/// <param name="Positions">The prompt's positions, placeholders expanded (answer positions follow from the answer's ids).</param>
public sealed record AnalysisLayout(int OriginalWidth, int OriginalHeight, PixelBox Seen, IReadOnlyList<LayoutPosition> Positions);

/// <summary>A rectangle in original pixels.</summary>
public readonly record struct PixelBox(double X, double Y, double Width, double Height);

/// <summary>One position: its token id, its kind (see <c>PositionKind</c> of Inference) and, for a patch, its place.</summary>
public readonly record struct LayoutPosition(int Id, byte Kind, int? Tile, int? Row, int? Column, PixelBox? Pixels);

/// <summary>Work handed to the analysis service: a Running row and the attempt it has been given.</summary>
public sealed record ClaimedAnalysis(AnalysisId Id, int Attempt, RunId Run, CheckpointRow Checkpoint, RunSettings Settings, ImageId Image, string ImageName, string Prompt);
