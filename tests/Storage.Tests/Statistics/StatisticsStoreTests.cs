using LogitLens.Storage.Statistics;
using LogitLens.Storage.Statistics.Aggregates;
using LogitLens.Storage.Statistics.Rollups;

namespace LogitLens.Storage.Tests.Statistics;

public sealed class StatisticsStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Fewer than are summed at once; exactly as many; and some more.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(RunSums.MostUnsummed)]
    [InlineData(RunSums.MostUnsummed + 7)]
    public async Task ReadAsync_WholeRun_EqualsCountingItsReadings(int analyses)
    {
        await using var storage = await TestStorage.CreateAsync();
        var seeds = Enumerable.Range(0, analyses).ToList();
        var (run, _) = await StatisticsRuns.AddAsync(storage, seeds);

        var layers = await OneAsync(storage, StatisticsQuery.Layers(AnalysisFilter.Of(run)));
        var tokens = await OneAsync(storage, StatisticsQuery.TokensAndMaps(AnalysisFilter.Of(run)));

        Assert.Equal((analyses, analyses, 0, 1), (layers.Analyses, tokens.Analyses, layers.Missing, layers.Runs));
        RequireEqual(Expected(seeds, StatisticsOptions.Default), layers, tokens);
    }

    [Fact]
    public async Task ReadAsync_Selection_EqualsCountingItsReadings()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (_, ids) = await StatisticsRuns.AddAsync(storage, [.. Enumerable.Range(0, 20)]);
        var scope = new AnalysisFilter(Analyses: [ids[3], ids[7], ids[19]]);

        var layers = await OneAsync(storage, StatisticsQuery.Layers(scope));
        var tokens = await OneAsync(storage, StatisticsQuery.TokensAndMaps(scope));

        Assert.Equal(3, layers.Analyses);
        RequireEqual(Expected([3, 7, 19], StatisticsOptions.Default), layers, tokens);
    }

    [Theory]
    [InlineData(BestLayerCriterion.Confidence)]
    [InlineData(BestLayerCriterion.Entropy)]
    [InlineData(BestLayerCriterion.Margin)]
    [InlineData(BestLayerCriterion.FinalToken)]
    public async Task ReadAsync_OtherOptions_EqualsCountingItsReadings(BestLayerCriterion criterion)
    {
        await using var storage = await TestStorage.CreateAsync();
        var seeds = Enumerable.Range(0, 70).ToList();
        var (run, _) = await StatisticsRuns.AddAsync(storage, seeds);
        var options = new StatisticsOptions(0, 4, criterion, [3]);
        var progress = new System.Collections.Concurrent.ConcurrentBag<int>();

        var layers = Assert.Single((await storage.Statistics.ReadAsync(
            new StatisticsQuery(AnalysisFilter.Of(run), options, StatisticsPart.Layers),
            (read, total) => progress.Add(total == 70 ? read : -1),
            Token)).Checkpoints);
        var tokens = await OneAsync(storage, new StatisticsQuery(AnalysisFilter.Of(run), options, StatisticsPart.TokensAndMaps));

        RequireEqual(Expected(seeds, options), layers, tokens);
        Assert.Equal(70, progress.Max());
    }

    [Fact]
    public async Task ReadAsync_Filter_TakesWhatMeetsAllConditions()
    {
        await using var storage = await TestStorage.CreateAsync();
        await StatisticsRuns.AddAsync(storage, [.. Enumerable.Range(0, 12)]);

        var named = await OneAsync(storage, StatisticsQuery.Layers(new AnalysisFilter(ImageName: "PICTURE-1", Prompt: "odd")));

        Assert.Equal(2, named.Analyses);
        Assert.Empty((await storage.Statistics.ReadAsync(StatisticsQuery.Layers(new AnalysisFilter(ImageName: "cat")), null, Token)).Checkpoints);
        Assert.Empty((await storage.Statistics.ReadAsync(StatisticsQuery.Layers(new AnalysisFilter(FinishedUntil: DateTimeOffset.UnixEpoch)), null, Token)).Checkpoints);
    }

    [Fact]
    public async Task ReadAsync_SeveralCheckpoints_KeepsThemApart()
    {
        await using var storage = await TestStorage.CreateAsync();
        await StatisticsRuns.AddAsync(storage, [1, 2], "b");
        await StatisticsRuns.AddAsync(storage, [3], "a");
        await StatisticsRuns.AddAsync(storage, [4], "a");

        var all = await storage.Statistics.ReadAsync(StatisticsQuery.Layers(new AnalysisFilter()), null, Token);

        Assert.Equal([("a", 2, 2), ("b", 1, 2)], all.Checkpoints.Select(c => (c.Checkpoint.Name, c.Runs, c.Analyses)));
        RequireLayersEqual(Expected([3, 4], StatisticsOptions.Default).Aggregate, all.Checkpoints[0]);
        Assert.Single((await storage.Statistics.ReadAsync(StatisticsQuery.Layers(new AnalysisFilter(Checkpoint: "hash-of-b")), null, Token)).Checkpoints);
    }

    [Fact]
    public async Task ReadAsync_NoEntropies_SaysSo()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (run, _) = await StatisticsRuns.AddAsync(storage, [1, 2], entropy: false);

        var layers = await OneAsync(storage, StatisticsQuery.Layers(AnalysisFilter.Of(run)));
        var byEntropy = await OneAsync(
            storage, new StatisticsQuery(AnalysisFilter.Of(run), StatisticsOptions.Default with { Criterion = BestLayerCriterion.Entropy }, StatisticsPart.Layers));
        var tokens = await OneAsync(storage, StatisticsQuery.TokensAndMaps(AnalysisFilter.Of(run)));

        Assert.All(layers.Group(PositionGroup.Patches).Layers, l => Assert.Null(l.Entropy));
        Assert.Equal((0, null), (byEntropy.Group(PositionGroup.Patches).BestLayers.Positions, byEntropy.Group(PositionGroup.Patches).BestLayers.LastThirdShare));
        Assert.All(Assert.IsType<MeanMap>(tokens.Map(MapQuantity.Entropy, 2)).Values, Assert.Null);
    }

    [Fact]
    public async Task ReadAsync_DeletedRun_IsGone()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (run, _) = await StatisticsRuns.AddAsync(storage, [.. Enumerable.Range(0, RunSums.MostUnsummed + 1)]);
        await StatisticsRuns.AddAsync(storage, [99]);

        await storage.Runs.DeleteAsync(run, Token);

        Assert.Equal(1, (await OneAsync(storage, StatisticsQuery.Layers(new AnalysisFilter()))).Analyses);
        Assert.Equal(0, await storage.CountAsync("RunTallies"));
        Assert.Equal((1, 1), (await storage.CountAsync("AnalysisAggregates"), await storage.CountAsync("UnsummedAnalyses")));
    }

    [Theory]
    [InlineData(-1, null, null)]
    [InlineData(3, 2, null)]
    [InlineData(1, null, -5)]
    [InlineData(1, null, 12)]
    public async Task ReadAsync_ImpossibleOptions_AreRefused(int first, int? last, int? filler)
    {
        await using var storage = await TestStorage.CreateAsync();
        await StatisticsRuns.AddAsync(storage, [1]);
        var options = new StatisticsOptions(first, last, MoreFiller: filler is { } id ? [id] : null);

        await Assert.ThrowsAsync<ArgumentException>(() => storage.Statistics.ReadAsync(new StatisticsQuery(new AnalysisFilter(), options, StatisticsPart.Layers), null, Token));
    }

    private static async Task<CheckpointStatistics> OneAsync(TestStorage storage, StatisticsQuery query) =>
        Assert.Single((await storage.Statistics.ReadAsync(query, null, Token)).Checkpoints);

    private static (Aggregate Aggregate, Tally Tally) Expected(IReadOnlyList<int> seeds, StatisticsOptions options)
    {
        var facts = TokenFacts.Of(StatisticsSamples.Tokens).With(options.MoreFiller);
        var (aggregate, tally) = (new Aggregate(), new Tally());
        foreach (var seed in seeds)
        {
            AggregateBuilder.Add(StatisticsSamples.Readings(seed), facts, options, aggregate, tally);
        }

        return (aggregate, tally);
    }

    private static void RequireEqual((Aggregate Aggregate, Tally Tally) expected, CheckpointStatistics layers, CheckpointStatistics tokens)
    {
        RequireLayersEqual(expected.Aggregate, layers);
        foreach (var (layer, tally) in expected.Tally.Layers)
        {
            var counts = tally.Tokens(PositionGroup.Patches);
            var top = tokens.Tokens(PositionGroup.Patches, layer, 5);
            Assert.Equal(counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key).Take(5).Select(c => (c.Key, c.Value)), top.Tokens.Select(t => (t.Token.Id, t.Count)));
            Assert.Equal((counts.Values.Sum(), counts.Count), (top.Positions, top.Distinct));
            var grid = tally.Grids[new GridShape(0, 2, 3)];
            var map = Assert.IsType<MeanMap>(tokens.Map(MapQuantity.Confidence, layer));
            Assert.Equal(grid.Confidence.Zip(grid.Count, (sum, count) => (double?)(sum * HistogramScale.Confidence.Unit) / count), map.Values);
            Assert.Equal(grid.Best.Zip(grid.Count, (best, count) => (double?)best / count), tokens.Map(MapQuantity.BestHere, layer)!.Values);
        }
    }

    private static void RequireLayersEqual(Aggregate expected, CheckpointStatistics actual)
    {
        foreach (var group in Enum.GetValues<PositionGroup>())
        {
            var statistics = actual.Group(group);
            Assert.Equal(expected.Layers(group).Keys, statistics.Layers.Select(l => l.Layer));
            Assert.Equal(expected.Layers(group).Values.Sum(l => l.Best), statistics.BestLayers.Positions);
            foreach (var layer in statistics.Layers)
            {
                var counts = expected.Find(group, layer.Layer)!;
                Assert.Equal(counts.Positions, layer.Positions);
                Assert.Equal(counts.Confidence.Counts.ToArray(), layer.Confidence.Bins);
                Assert.Equal(counts.Confidence.Mean, layer.Confidence.Mean);
                Assert.Equal(counts.Entropy.Counts.ToArray(), layer.Entropy!.Bins);
                Assert.Equal((double)counts.Filler / counts.Positions, layer.FillerShare);
                Assert.Equal((double)counts.Agreeing / counts.Compared, layer.AgreementShare);
                Assert.Equal(counts.Scripts.Sum(), layer.Scripts.Sum(s => s.Count));
                Assert.Equal(counts.Best, statistics.BestLayers.Layers.SingleOrDefault(b => b.Layer == layer.Layer)?.Count ?? 0);
            }
        }
    }
}
