using System.ComponentModel;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Statistics;
using Microsoft.AspNetCore.Mvc;

namespace LogitLens.Dashboard.Api;

/// <summary>Which analyses statistics are over, and how best layers and filler are told: query parameters of every statistics endpoint.</summary>
internal sealed class StatisticsRequest
{
    // A request line holds eight kilobytes.
    private const int MostAnalyses = 500;

    [FromQuery(Name = "run")]
    [Description("Of one of these runs; may be given several times.")]
    public Guid[]? Runs { get; init; }

    [FromQuery(Name = "analysis")]
    [Description("Among these analyses; may be given up to 500 times.")]
    public long[]? Analyses { get; init; }

    [FromQuery(Name = "checkpoint")]
    [Description("Of runs on the checkpoint of this hash.")]
    public string? Checkpoint { get; init; }

    [FromQuery(Name = "imageName")]
    [Description("Whose image's name contains this.")]
    public string? ImageName { get; init; }

    [FromQuery(Name = "prompt")]
    [Description("Whose prompt contains this.")]
    public string? Prompt { get; init; }

    [FromQuery(Name = "from")]
    [Description("That were Done at this time or later.")]
    public DateTimeOffset? From { get; init; }

    [FromQuery(Name = "until")]
    [Description("That were Done before this time.")]
    public DateTimeOffset? Until { get; init; }

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
        if (Analyses is { Length: > MostAnalyses })
        {
            return (null, $"analysis is given {Analyses.Length} times and {MostAnalyses} is the most: ask for runs, or narrow them with the other parameters.");
        }

        var criterion = BestLayerCriterion.Confidence;
        if (Criterion is not null && !ApiWords.TryRead(Criterion, out criterion))
        {
            return (null, ApiWords.Refusal<BestLayerCriterion>("criterion", Criterion));
        }

        // Parameters that are not there arrive as empty arrays.
        var scope = new AnalysisFilter(
            Runs is { Length: > 0 } ? [.. Runs.Select(run => new RunId(run))] : null,
            Analyses is { Length: > 0 } ? [.. Analyses.Select(id => new AnalysisId(id))] : null,
            Checkpoint,
            ImageName,
            Prompt,
            From,
            Until);
        return (new StatisticsQuery(scope, new StatisticsOptions(FirstLayer ?? 1, LastLayer, criterion, Filler is { Length: > 0 } ? Filler : null), part), null);
    }
}
