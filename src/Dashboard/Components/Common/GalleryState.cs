namespace LogitLens.Dashboard.Components.Common;

/// <summary>What the gallery shows.</summary>
/// <param name="Search">Part of a name; null for all images.</param>
/// <param name="Page">From 1.</param>
internal sealed record GalleryState(string? Search = null, int Page = 1)
{
    public const int PageSize = 120;

    public static GalleryState From(string? search, int? page) => new(string.IsNullOrWhiteSpace(search) ? null : search.Trim(), Math.Max(1, page ?? 1));

    public string ToUrl() => Urls.WithQuery(Urls.Images, ("search", Search), ("page", PageNumber.Text(Page)));
}
