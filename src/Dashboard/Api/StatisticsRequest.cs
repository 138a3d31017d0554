using System.ComponentModel;
using LogitLens.Storage.Statistics;
using Microsoft.AspNetCore.Mvc;

namespace LogitLens.Dashboard.Api;

/// <summary>Which analyses statistics are over, and how best layers and filler are told: query parameters of every statistics endpoint.</summary>
internal sealed class StatisticsRequest : FilterRequest
{
    [FromQuery(Name = "firstLayer")]
    [Description("The layer window's first layer, 0 = emb; 1 by default.")]
    public int? FirstLayer { get; init; }

    [FromQuery(Name = "lastLayer")]
    [Description("The layer window's last layer; layer L by default.")]
    public int? LastLayer { get; init; }

    [FromQuery(Name = "criterion")]
    [Description("What makes a layer the best: confidence (by default), entropy, margin or finalToken.")]
    public string? Criterion { get; init; }

    [FromQuery(Name = "filler")]
    [Description("A token id that is filler besides the blank tokens; may be given several times.")]
    public int[]? Filler { get; init; }

    /// <summary>The question, or why it cannot be asked.</summary>
    public (StatisticsQuery? Query, string? Refusal) Read(StatisticsPart part)
    {
        var (filter, notAnalysed, refusal) = ReadFilter();
        if (refusal is not null || notAnalysed)
        {
            return (null, refusal ?? "state is \"none\", and nothing was read of images that were never analysed: leave it out.");
        }

        var criterion = BestLayerCriterion.Confidence;
        if (Criterion is not null && !ApiWords.TryRead(Criterion, out criterion))
        {
            return (null, ApiWords.Refusal<BestLayerCriterion>("criterion", Criterion));
        }

        return (new StatisticsQuery(filter, new StatisticsOptions(FirstLayer ?? 1, LastLayer, criterion, Filler is { Length: > 0 } ? Filler : null), part), null);
    }
}
