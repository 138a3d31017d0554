namespace LogitLens.Storage.Catalogue;

/// <summary>An analysis in a list.</summary>
/// <param name="LayersDone">Prompt layers of the current attempt that are committed (the answer's layers come on top and are not counted here).</param>
/// <param name="LayersTotal">Layers the run asks for.</param>
/// <param name="RestGoneAt">When the tokens beyond top-1 were let go of; null while they are here.</param>
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
    DateTimeOffset? FinishedAt,
    DateTimeOffset? RestGoneAt = null);
