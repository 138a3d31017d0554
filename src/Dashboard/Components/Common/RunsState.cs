namespace LogitLens.Dashboard.Components.Common;

/// <summary>What the Runs page shows.</summary>
/// <param name="Page">From 1.</param>
internal sealed record RunsState(int Page = 1)
{
    public const int PageSize = 50;

    public static RunsState From(int? page) => new(Math.Max(1, page ?? 1));

    public string ToUrl() => Urls.WithQuery(Urls.Runs, ("page", PageNumber.Text(Page)));
}
