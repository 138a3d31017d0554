using System.ComponentModel;
using System.Globalization;
using LogitLens.Dashboard.Components.Atlas;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Statistics;
using LogitLens.Storage.Tokens;
using Microsoft.AspNetCore.Mvc;

namespace LogitLens.Dashboard.Api;

/// <summary>Which analyses statistics are over, and how best layers and filler are told: query parameters of every statistics endpoint.</summary>
internal sealed class StatisticsRequest
{
    // A request line holds eight kilobytes.
    private const int MostAnalyses = 500;
    private const int LongestText = 200;

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

    [FromQuery(Name = "tag")]
    [Description("That bear this tag, themselves, by their image or by their run; may be given several times for all of them.")]
    public string[]? Tags { get; init; }

    [FromQuery(Name = "text")]
    [Description("In which a token is read that fits this.")]
    public string? Text { get; init; }

    [FromQuery(Name = "match")]
    [Description("How a token fits text: exact (by default), prefix or contains.")]
    public string? Match { get; init; }

    [FromQuery(Name = "tokenLayers")]
    [Description("The layers at which text is read: one, or the first and last as 8-20.")]
    public string? TokenLayers { get; init; }

    [FromQuery(Name = "minProbability")]
    [Description("The least probability at which text is read, 0 … 1.")]
    public double? LeastProbability { get; init; }

    [FromQuery(Name = "minFiller")]
    [Description("With at least this share of filler among the patches, 0 … 1.")]
    public double? LeastFiller { get; init; }

    [FromQuery(Name = "maxFiller")]
    [Description("With at most this share of filler among the patches, 0 … 1.")]
    public double? MostFiller { get; init; }

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

        var (token, wrong) = ReadToken();
        if (wrong is not null)
        {
            return (null, wrong);
        }

        foreach (var (name, share) in ((string, double?)[])[("minFiller", LeastFiller), ("maxFiller", MostFiller)])
        {
            if (share is not (null or (>= 0 and <= 1)))
            {
                return (null, string.Create(CultureInfo.InvariantCulture, $"{name} is {share}: give 0 … 1."));
            }
        }

        // Parameters that are not there arrive as empty arrays.
        var scope = new AnalysisFilter(
            Runs is { Length: > 0 } ? [.. Runs.Select(run => new RunId(run))] : null,
            Analyses is { Length: > 0 } ? [.. Analyses.Select(id => new AnalysisId(id))] : null,
            Checkpoint,
            ImageName,
            Prompt,
            From,
            Until)
        {
            Tags = Tags is { Length: > 0 } ? Tags : null,
            Token = token,
            LeastFiller = LeastFiller,
            MostFiller = MostFiller,
        };
        return (new StatisticsQuery(scope, new StatisticsOptions(FirstLayer ?? 1, LastLayer, criterion, Filler is { Length: > 0 } ? Filler : null), part), null);
    }

    private (TokenCriterion? Token, string? Refusal) ReadToken()
    {
        if (string.IsNullOrWhiteSpace(Text))
        {
            return (null, null);
        }

        if (Text.Length > LongestText)
        {
            return (null, $"text has {Text.Length} characters, and no token is that long: give at most {LongestText}.");
        }

        var match = TokenMatch.Exact;
        if (Match is not null && !ApiWords.TryRead(Match, out match))
        {
            return (null, ApiWords.Refusal<TokenMatch>("match", Match));
        }

        if (LeastProbability is not (null or (>= 0 and <= 1)))
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"minProbability is {LeastProbability}: give 0 … 1."));
        }

        (int First, int? Last)? layers = (0, null);
        if (!string.IsNullOrWhiteSpace(TokenLayers) && (layers = AtlasState.ReadLayers(TokenLayers)) is null)
        {
            return (null, $"tokenLayers is {TokenLayers}: give one layer such as 8, or the first and last as 8-20.");
        }

        return (new TokenCriterion(null, Text, match, layers!.Value.First, layers.Value.Last, LeastProbability ?? 0, TokenPlaces.Any), null);
    }
}
