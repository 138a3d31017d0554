using System.Diagnostics;
using System.Globalization;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Statistics;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Benchmarks.Readings;

/// <summary>Times the questions, each many times over different analyses, tokens and runs; none is answered from a cache of answers.</summary>
internal sealed class QueryReport(IServiceProvider services, IReadOnlyList<RunId> runs, int analyses)
{
    private const int Often = 60;
    private const int Seldom = 7;

    private readonly Random _random = new(5);
    private readonly ReadingStore _readings = services.GetRequiredService<ReadingStore>();
    private readonly StatisticsStore _statistics = services.GetRequiredService<StatisticsStore>();

    public async Task PrintAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine();
        Console.WriteLine($"| question, over {analyses:N0} analyses | median | p95 | goal | |");
        Console.WriteLine("|---|---|---|---|---|");
        await TimeAsync("a layer, all ranks", Often, 5, token => _readings.ReadLayerAsync(AnyAnalysis(), ReadingSegment.Prompt, _random.Next(PrototypeReadings.Layers), token), cancellationToken);
        await TimeAsync("an analysis' summary", Often, null, token => _readings.ReadCurrentAsync(AnyAnalysis(), 0, ReadingPart.Summary, token), cancellationToken);
        await TimeAsync("layer statistics, all runs", Seldom, 300, token => LayersAsync(new StatisticsScope(), token), cancellationToken);
        await TimeAsync("layer statistics, one run", Often, 300, token => LayersAsync(StatisticsScope.Of(AnyRun()), token), cancellationToken);
        await TimeAsync("layer statistics, 100 analyses by hand", Seldom, 300, token => LayersAsync(new StatisticsScope(Analyses: [.. Enumerable.Range(0, 100).Select(_ => AnyAnalysis())]), token), cancellationToken);
        await TimeAsync("layer statistics, every analysis by a filter", Seldom, 300, token => LayersAsync(new StatisticsScope(ImageName: ".jpg"), token), cancellationToken);
        await TimeAsync("frequent tokens and mean maps, one run", Seldom, null, token => TokensAsync(StatisticsScope.Of(AnyRun()), token), cancellationToken);
        await TimeAsync("frequent tokens and mean maps, all runs", Seldom, null, token => TokensAsync(new StatisticsScope(), token), cancellationToken);
        await TimeAsync("frequent tokens and mean maps, 100 analyses by hand", Seldom, null, token => TokensAsync(new StatisticsScope(Analyses: [.. Enumerable.Range(0, 100).Select(_ => AnyAnalysis())]), token), cancellationToken);
        await TimeAsync("another layer window, all runs (in the background)", 1, null, token => WindowAsync(token), cancellationToken);
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

    private async Task<int> LayersAsync(StatisticsScope scope, CancellationToken cancellationToken) =>
        (await _statistics.ReadAsync(StatisticsQuery.Layers(scope), null, cancellationToken)).Checkpoints.Single().Group(PositionGroup.Patches).Layers.Count;

    private async Task<int> TokensAsync(StatisticsScope scope, CancellationToken cancellationToken)
    {
        var answer = (await _statistics.ReadAsync(StatisticsQuery.TokensAndMaps(scope), null, cancellationToken)).Checkpoints.Single();
        return answer.TokenLayers.Sum(layer => answer.Tokens(PositionGroup.Patches, layer, 20).Tokens.Count) + answer.Map(MapQuantity.BestLayer, 0)!.Values.Count;
    }

    private Task<StatisticsResult> WindowAsync(CancellationToken cancellationToken) =>
        _statistics.ReadAsync(new StatisticsQuery(new StatisticsScope(), StatisticsOptions.EarlierTools, StatisticsPart.Layers), null, cancellationToken);

    private AnalysisId AnyAnalysis() => new(1 + _random.Next(analyses));

    private RunId AnyRun() => runs[_random.Next(runs.Count)];
}
