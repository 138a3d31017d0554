using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Api;

/// <summary>An analysis in a list.</summary>
/// <param name="Error">Why it failed, in a sentence.</param>
internal sealed record ApiAnalysis(
    long Id,
    string Run,
    int Ordinal,
    ApiImage Image,
    string Prompt,
    string? TrueAnswer,
    AnalysisState State,
    int Attempt,
    int LayersDone,
    int LayersTotal,
    string? Error,
    string? Answer,
    DateTimeOffset QueuedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt)
{
    public static ApiAnalysis From(AnalysisRow row) => new(
        row.Id.Value,
        row.Run.ToString(),
        row.Ordinal,
        new ApiImage(row.ImageSha256, row.ImageName),
        row.Prompt,
        row.TrueAnswer,
        row.State,
        row.Attempt,
        row.LayersDone,
        row.LayersTotal,
        row.Error,
        row.AnswerText,
        row.QueuedAt,
        row.StartedAt,
        row.FinishedAt);
}

/// <summary>An image, known by the SHA-256 of its bytes.</summary>
internal sealed record ApiImage(string Sha256, string Name);
