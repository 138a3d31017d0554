using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Comparisons;

namespace LogitLens.Dashboard.Components.Comparing;

/// <summary>What the page of two runs shows.</summary>
/// <param name="First">The run differences are taken from.</param>
/// <param name="Second">The other; null while it is being chosen.</param>
/// <param name="Order">What makes a pair different.</param>
/// <param name="Layer">At this layer; null for the mean over layers.</param>
/// <param name="Page">From 1.</param>
internal sealed record CompareRunsState(RunId First, RunId? Second, PairOrder Order = PairOrder.Changed, int? Layer = null, int Page = 1)
{
    public const int PageSize = 24;

    private const string Emb = "emb";

    /// <summary>Reads the address; null without a first run.</summary>
    public static CompareRunsState? From(string? first, string? second, string? order, string? layer, int? page) => Guid.TryParse(first, out var a)
        ? new CompareRunsState(
            new RunId(a),
            Guid.TryParse(second, out var b) ? new RunId(b) : null,
            Enum.TryParse<PairOrder>(order, ignoreCase: true, out var wanted) && Enum.IsDefined(wanted) && !char.IsDigit(order[0]) ? wanted : PairOrder.Changed,
            layer == Emb ? 0 : int.TryParse(layer, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
            Math.Max(1, page ?? 1))
        : null;

    public string ToUrl() => Urls.WithQuery(
        Urls.CompareRuns(First, Second).Split('?')[0],
        ("a", First.ToString()),
        ("b", Second?.ToString()),
        ("sort", Order == PairOrder.Changed ? null : WordOf(Order)),
        ("layer", LayerName(Layer)),
        ("page", PageNumber.Text(Page)));

    /// <summary>The order's name in the address.</summary>
    public static string WordOf(PairOrder order) => order switch
    {
        PairOrder.Confidence => "confidence",
        PairOrder.Entropy => "entropy",
        PairOrder.Name => "name",
        _ => "changed",
    };

    /// <summary>A layer's name in addresses; null for none.</summary>
    public static string? LayerName(int? layer) => layer == 0 ? Emb : layer?.ToString(CultureInfo.InvariantCulture);
}
