using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Components.Common;

/// <summary>What a run's page shows.</summary>
/// <param name="State">Only analyses in this state; null for all.</param>
/// <param name="Page">From 1.</param>
/// <param name="AsTable">Rows instead of thumbnails.</param>
internal sealed record RunState(RunId Run, AnalysisState? State = null, int Page = 1, bool AsTable = false)
{
    public const int PageSize = 60;

    public static RunState From(RunId run, string? state, int? page, string? view) =>
        new(run, Words.State(state), Math.Max(1, page ?? 1), string.Equals(view, "table", StringComparison.Ordinal));

    public string ToUrl() => Urls.WithQuery(
        Urls.Run(Run),
        ("state", State is { } state ? Words.State(state) : null),
        ("view", AsTable ? "table" : null),
        ("page", PageNumber.Text(Page)));
}
