using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Catalogue;

/// <summary>Which analyses are meant: those that meet every condition given; without any, all. A gallery, statistics and exports mean the same by it.</summary>
/// <param name="Runs">Of one of these runs.</param>
/// <param name="Analyses">Among these, a selection by hand.</param>
/// <param name="Checkpoint">Of runs on the checkpoint of this hash.</param>
/// <param name="ImageName">Whose image's name contains this, in any case.</param>
/// <param name="Prompt">Whose prompt contains this, in the case given.</param>
/// <param name="FinishedFrom">That were Done at this time or later.</param>
/// <param name="FinishedUntil">That were Done before this time.</param>
public sealed record AnalysisFilter(
    IReadOnlyList<RunId>? Runs = null,
    IReadOnlyList<AnalysisId>? Analyses = null,
    string? Checkpoint = null,
    string? ImageName = null,
    string? Prompt = null,
    DateTimeOffset? FinishedFrom = null,
    DateTimeOffset? FinishedUntil = null)
{
    /// <summary>Of one of these images, a selection by hand.</summary>
    public IReadOnlyList<ImageId>? Images { get; init; }

    /// <summary>Whose image was added at this time or later.</summary>
    public DateTimeOffset? AddedFrom { get; init; }

    /// <summary>Whose image was added before this time.</summary>
    public DateTimeOffset? AddedUntil { get; init; }

    /// <summary>In this state.</summary>
    public AnalysisState? State { get; init; }

    /// <summary>In which these tokens are read. Only Done analyses are in the token index.</summary>
    public TokenCriterion? Token { get; init; }

    /// <summary>With at least this share of filler, 0 … 1: of the patches, those whose token at their best layer is filler.</summary>
    public double? LeastFiller { get; init; }

    /// <summary>With at most this share of filler.</summary>
    public double? MostFiller { get; init; }

    /// <summary>That bear each of these tags, themselves, by their image or by their run. Case does not matter.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>All of one run.</summary>
    public static AnalysisFilter Of(RunId run) => new(Runs: [run]);

    /// <summary>Whether runs come whole, so that their sums answer.</summary>
    internal bool IsOfWholeRuns => !AsksForImages && Analyses is null && Prompt is null && FinishedFrom is null && FinishedUntil is null
        && State is null or AnalysisState.Done && Token is null && LeastFiller is null && MostFiller is null;

    /// <summary>Whether anything is asked of analyses, beyond their images and tags.</summary>
    internal bool AsksForAnalyses => Runs is not null || Analyses is not null || Checkpoint is not null || Prompt is not null || FinishedFrom is not null || FinishedUntil is not null
        || State is not null || Token is not null || LeastFiller is not null || MostFiller is not null;

    private bool AsksForImages => Images is not null || ImageName is not null || AddedFrom is not null || AddedUntil is not null || Tags is { Count: > 0 };
}
