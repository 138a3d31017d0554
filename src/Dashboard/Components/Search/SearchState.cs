using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Search;

namespace LogitLens.Dashboard.Components.Search;

/// <summary>What the page of results shows: all of it stands in the address.</summary>
/// <param name="Asked">What is looked for.</param>
/// <param name="Kind">One kind only, all of it page by page; null for the first of each.</param>
/// <param name="Page">From 1; of one kind only.</param>
internal sealed record SearchState(SearchText Asked, SearchKind? Kind = null, int Page = 1)
{
    /// <summary>Of each kind, where all are shown.</summary>
    public const int Overview = 12;

    /// <summary>Of one kind.</summary>
    public const int PageSize = 60;

    /// <summary>Reads the address; what makes no sense is left at rest.</summary>
    public static SearchState From(string? text, string? kind, int? page) => new(
        SearchText.Parse(text), Enum.TryParse<SearchKind>(kind, ignoreCase: true, out var wanted) && Enum.IsDefined(wanted) ? wanted : null, Math.Max(1, page ?? 1));

    public string ToUrl() => Urls.WithQuery(
        Urls.Search, ("q", Asked.Text), ("in", Kind?.ToString().ToLowerInvariant()), ("page", Kind is null ? null : PageNumber.Text(Page)));
}
