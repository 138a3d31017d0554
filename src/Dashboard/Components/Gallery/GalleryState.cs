using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Filters;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Gallery;
using Microsoft.AspNetCore.WebUtilities;

namespace LogitLens.Dashboard.Components.Gallery;

/// <summary>What the gallery shows, as its address has it.</summary>
/// <param name="Filter">Which images, by what is read in them.</param>
/// <param name="NotAnalysed">Only images that were never analysed.</param>
/// <param name="Order">How they are sorted.</param>
/// <param name="Page">From 1.</param>
public sealed record GalleryState(AnalysisFilter Filter, bool NotAnalysed = false, GalleryOrder Order = GalleryOrder.Newest, int Page = 1)
{
    /// <summary>Images on a page.</summary>
    public const int PageSize = 120;

    /// <summary>All images.</summary>
    public static GalleryState All { get; } = new(new AnalysisFilter());

    /// <summary>The question to the store.</summary>
    public GalleryQuery Query => new(Filter, Order, NotAnalysed);

    /// <summary>Whether anything is asked for.</summary>
    public bool IsFiltered => NotAnalysed || FilterAddress.Write(Filter).Any(part => part.Value is not null);

    /// <summary>The address after its question mark, without the page: what a saved view keeps.</summary>
    public string ViewQuery => (this with { Page = 1 }).ToUrl() is var url && url.IndexOf('?', StringComparison.Ordinal) is > 0 and var mark ? url[(mark + 1)..] : string.Empty;

    /// <summary>Reads the address; what makes no sense is left out.</summary>
    /// <param name="query">With or without its question mark.</param>
    public static GalleryState From(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var values = QueryHelpers.ParseQuery(query);
        var read = FilterAddress.Read(query);
        var filter = read.Filter.ImageName is null && One("search") is { } search ? read.Filter with { ImageName = search } : read.Filter;
        var order = Enum.TryParse<GalleryOrder>(One("order"), ignoreCase: true, out var wanted) && Enum.IsDefined(wanted) ? wanted : GalleryOrder.Newest;
        var page = int.TryParse(One("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Max(1, number) : 1;
        return new GalleryState(filter, read.NotAnalysed, order == GalleryOrder.Probability && filter.Token is null ? GalleryOrder.Newest : order, page);

        string? One(string name) => values.TryGetValue(name, out var found) && !string.IsNullOrWhiteSpace(found.ToString()) ? found.ToString().Trim() : null;
    }

    /// <summary>The address.</summary>
    public string ToUrl() => Urls.WithQuery(
        Urls.Images,
        [.. FilterAddress.Write(Filter, NotAnalysed), ("order", Order == GalleryOrder.Newest ? null : Order.ToString().ToLowerInvariant()), ("page", PageNumber.Text(Page))]);
}
