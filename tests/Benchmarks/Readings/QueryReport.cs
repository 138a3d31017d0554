using System.Diagnostics;
using System.Globalization;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Gallery;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Statistics;
using LogitLens.Storage.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Benchmarks.Readings;

/// <summary>Times the questions, each many times over different analyses, tokens and runs; none is answered from a cache of answers.</summary>
internal sealed class QueryReport(IServiceProvider services, PrototypeReadings prototypes, IReadOnlyList<RunId> runs, int analyses)
{
    private const int Often = 60;
    private const int Seldom = 7;

    private readonly Random _random = new(5);
    private readonly ReadingStore _readings = services.GetRequiredService<ReadingStore>();
    private readonly TokenIndexStore _index = services.GetRequiredService<TokenIndexStore>();
    private readonly string[] _texts = [.. prototypes.Tokens.Where(t => prototypes.IsCommon[t.Id] && t.Text.Length >= 4).Select(t => t.Text)];
    private readonly GalleryStore _gallery = services.GetRequiredService<GalleryStore>();
    private readonly CatalogueSearchStore _catalogue = services.GetRequiredService<CatalogueSearchStore>();
    private readonly RunComparisonJobs _comparisons = services.GetRequiredService<RunComparisonJobs>();
    private readonly StatisticsStore _statistics = services.GetRequiredService<StatisticsStore>();

    public async Task PrintAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine();
        Console.WriteLine($"| question, over {analyses:N0} analyses | median | p95 | goal | |");
        Console.WriteLine("|---|---|---|---|---|");
        await TimeAsync("a layer, all ranks", Often, 5, token => _readings.ReadLayerAsync(AnyAnalysis(), ReadingSegment.Prompt, _random.Next(PrototypeReadings.Layers), token), cancellationToken);
        await TimeAsync("an analysis' summary", Often, null, token => _readings.ReadCurrentAsync(AnyAnalysis(), 0, ReadingPart.Summary, token), cancellationToken);
        foreach (var match in new[] { TokenMatch.Exact, TokenMatch.Prefix, TokenMatch.Contains })
        {
            // The beginning of a word, as somebody who types it.
            await TimeAsync($"token search, {match}, first page", Often, 150, token => _index.FindTokensAsync(Text(match), match, new TokenFilter(), null, 50, token), cancellationToken);
        }

        await TimeAsync("search of everything as one types (images, runs, tokens in three ways), 5 of each", Often, 150, SearchAsync, cancellationToken);
        var late = new TokenFilter(FirstLayer: 20, LastLayer: 31, LeastProbability: 0.3);
        await TimeAsync("token search, Prefix, layers 20 to 31, p ≥ 0.3, first page", Often, 150, token => _index.FindTokensAsync(Text(TokenMatch.Prefix), TokenMatch.Prefix, late, null, 50, token), cancellationToken);
        await TimeAsync("where a token is, first page", Often, 150, token => WhereAsync(new TokenFilter(), token), cancellationToken);
        await TimeAsync("where a token is, layers 20 to 31, p ≥ 0.3, first page", Often, 150, token => WhereAsync(late, token), cancellationToken);
        await GalleryAsync("all, newest", () => new GalleryQuery(new AnalysisFilter()), cancellationToken);
        await GalleryAsync("of a run, by name", () => new GalleryQuery(AnalysisFilter.Of(AnyRun()), GalleryOrder.Name), cancellationToken);
        await GalleryAsync("share of filler of 0.1 or more, most first", () => new GalleryQuery(new AnalysisFilter { LeastFiller = 0.1 }, GalleryOrder.MostFiller), cancellationToken);
        await GalleryAsync(
            "a token at layers 20 and on, p ≥ 0.3, surest first",
            () => new GalleryQuery(new AnalysisFilter { Token = new TokenCriterion(null, Text(TokenMatch.Exact), FirstLayer: 20, LeastProbability: 0.3) }, GalleryOrder.Probability),
            cancellationToken);
        await GalleryAsync(
            "all of these together",
            () => new GalleryQuery(
                new AnalysisFilter([AnyRun(), AnyRun()], ImageName: "jpg") { State = AnalysisState.Done, MostFiller = 0.9, Token = new TokenCriterion(null, Text(TokenMatch.Exact), FirstLayer: 10) },
                GalleryOrder.Probability),
            cancellationToken);
        await TimeAsync("layer statistics, all runs", Seldom, 300, token => LayersAsync(new AnalysisFilter(), token), cancellationToken);
        await TimeAsync("layer statistics, one run", Often, 300, token => LayersAsync(AnalysisFilter.Of(AnyRun()), token), cancellationToken);
        await TimeAsync("layer statistics, 100 analyses by hand", Seldom, 300, token => LayersAsync(new AnalysisFilter(Analyses: [.. Enumerable.Range(0, 100).Select(_ => AnyAnalysis())]), token), cancellationToken);
        await TimeAsync("layer statistics, every analysis by a filter", Seldom, 300, token => LayersAsync(new AnalysisFilter(ImageName: ".jpg"), token), cancellationToken);
        await TimeAsync("frequent tokens and mean maps, one run", Seldom, null, token => TokensAsync(AnalysisFilter.Of(AnyRun()), token), cancellationToken);
        await TimeAsync("frequent tokens and mean maps, all runs", Seldom, null, token => TokensAsync(new AnalysisFilter(), token), cancellationToken);
        await TimeAsync("frequent tokens and mean maps, 100 analyses by hand", Seldom, null, token => TokensAsync(new AnalysisFilter(Analyses: [.. Enumerable.Range(0, 100).Select(_ => AnyAnalysis())]), token), cancellationToken);
        await TimeAsync("another layer window, all runs (in the background)", 1, null, token => WindowAsync(token), cancellationToken);

        // Each pair once: answers are kept.
        var pairs = new Queue<(RunId First, RunId Second)>([(runs[0], runs[1]), (runs[1], runs[2]), (runs[2], runs[3]), (runs[3], runs[0])]);
        await TimeAsync($"two runs compared over {analyses / runs.Count:N0} common images (in the background)", pairs.Count - 1, null, token => CompareAsync(pairs.Dequeue(), token), cancellationToken);
    }

    private static async Task TimeAsync<T>(string what, int times, double? goal, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        if (times > 1)
        {
            await ask(cancellationToken);
        }

        var milliseconds = new List<double>();
        for (var i = 0; i < times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await ask(cancellationToken);
            milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        var p95 = Report.Percentile95(milliseconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {Report.Median(milliseconds):0.0} ms | {p95:0.0} ms | {(goal is { } g ? $"{g} ms" : "")} | {(goal is { } limit ? Report.Mark(p95, limit) : "")} |"));
    }

    private Task GalleryAsync(string what, Func<GalleryQuery> query, CancellationToken cancellationToken) =>
        TimeAsync($"gallery, first page: {what}", Often, 150, token => _gallery.ListAsync(query(), 0, 120, token), cancellationToken);

    private async Task<int> LayersAsync(AnalysisFilter scope, CancellationToken cancellationToken) =>
        (await _statistics.ReadAsync(StatisticsQuery.Layers(scope), null, cancellationToken)).Checkpoints.Single().Group(PositionGroup.Patches).Layers.Count;

    private async Task<int> TokensAsync(AnalysisFilter scope, CancellationToken cancellationToken)
    {
        var answer = (await _statistics.ReadAsync(StatisticsQuery.TokensAndMaps(scope), null, cancellationToken)).Checkpoints.Single();
        return answer.TokenLayers.Sum(layer => answer.Tokens(PositionGroup.Patches, layer, 20).Tokens.Count) + answer.Map(MapQuantity.BestLayer, 0)!.Values.Count;
    }

    private Task<StatisticsResult> WindowAsync(CancellationToken cancellationToken) =>
        _statistics.ReadAsync(new StatisticsQuery(new AnalysisFilter(), StatisticsOptions.EarlierTools, StatisticsPart.Layers), null, cancellationToken);

    // What the search in the dashboard's bar asks for at once.
    private async Task<int> SearchAsync(CancellationToken cancellationToken)
    {
        const int Most = 5;
        var text = Text(TokenMatch.Prefix);
        var images = _catalogue.FindImagesAsync(text, 0, Most, cancellationToken);
        var named = _catalogue.FindRunsAsync(text, 0, Most, cancellationToken);
        var tokens = Enum.GetValues<TokenMatch>().Select(match => _index.FindTokensAsync(text, match, new TokenFilter(), null, Most, cancellationToken)).ToList();
        await Task.WhenAll([images, named, .. tokens]);
        return (await images).Total + (await named).Total;
    }

    private async Task<int> CompareAsync((RunId First, RunId Second) runs, CancellationToken cancellationToken)
    {
        var job = await _comparisons.AskAsync(runs.First, runs.Second, Timeout.InfiniteTimeSpan, cancellationToken);
        return job?.Result?.Pairs.Count ?? throw new InvalidOperationException($"The runs were not compared: {job?.Error}");
    }

    private Task<TokenOccurrences> WhereAsync(TokenFilter filter, CancellationToken cancellationToken) =>
        _index.FindOccurrencesAsync(new OccurrenceQuery(null, Text(TokenMatch.Exact), TokenMatch.Exact, filter), cancellationToken);

    private string Text(TokenMatch match)
    {
        var text = _texts[_random.Next(_texts.Length)];
        return match == TokenMatch.Exact ? text : text[..3];
    }

    private AnalysisId AnyAnalysis() => new(1 + _random.Next(analyses));

    private RunId AnyRun() => runs[_random.Next(runs.Count)];
}
