using System.Globalization;

namespace LogitLens.Dashboard.Components.Common;

/// <summary>Page numbers in addresses: the first is left out.</summary>
internal static class PageNumber
{
    public static string? Text(int page) => page <= 1 ? null : page.ToString(CultureInfo.InvariantCulture);

    /// <summary>How many rows come before a page; a page number beyond reason counts as the last there can be.</summary>
    public static int Skip(int page, int size) => (int)Math.Min(int.MaxValue - size, ((long)page - 1) * size);
}
