using LogitLens.Storage.Comparisons;
using LogitLens.Storage.Jobs;
using LogitLens.Storage.Tests.Statistics;

namespace LogitLens.Storage.Tests.Comparisons;

public sealed class RunComparisonStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_TwoRunsOverSomeCommonImages_IsWhatCountingOneByOneGives()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await ComparedRuns.AddAsync(storage, [.. Enumerable.Range(0, 40).Select(i => (i, "p", 1000 + i))]);
        var second = await ComparedRuns.AddAsync(storage, [.. Enumerable.Range(5, 40).Select(i => (i, "p", 2000 + i))]);

        var found = Assert.IsType<RunComparison>(await storage.RunComparisons.ReadAsync(first.Run, second.Run, null, Token));

        Assert.Equal((35, 5, 5, 0), (found.Pairs.Count, found.OnlyFirst, found.OnlySecond, found.LeftOut));
        var layout = StatisticsSamples.Layout();
        var patches = Enumerable.Range(0, layout.Positions.Count).Where(i => layout.Positions[i].Kind == 1).ToList();
        foreach (var layer in found.Layers)
        {
            var agreements = new List<double>();
            var confidences = new List<double>();
            var entropies = new List<double>();
            for (var image = 5; image < 40; image++)
            {
                var (a, b) = (ComparedRuns.Layers(1000 + image, layout)[layer.Layer], ComparedRuns.Layers(2000 + image, layout)[layer.Layer]);
                agreements.Add(patches.Count(p => a.Ids[p * 2] == b.Ids[p * 2]) / (double)patches.Count);
                confidences.Add(Median(patches.Select(p => Math.Exp(b.Scores[p * 2]) - Math.Exp(a.Scores[p * 2]))));
                entropies.Add(Median(patches.Select(p => (double)b.EntropyBits![p] - a.EntropyBits![p])));
            }

            Assert.Equal((layer.Layer, layer.Layer, 35L * patches.Count), (layer.Layer, layer.SecondLayer, layer.Patches));
            AssertSpread(agreements, layer.Agreement);
            AssertSpread(confidences, layer.Confidence);
            AssertSpread(entropies, layer.Entropy);
            var pair = found.Pairs.Single(p => p.First == first.Analyses[7]);
            Assert.Equal(second.Analyses[2], pair.Second);
            Assert.Equal(1 - agreements[2], pair.Changed[layer.Layer], 1e-6);
            Assert.Equal(confidences[2], pair.Confidence[layer.Layer], 1e-6);
            Assert.Equal(entropies[2], pair.Entropy[layer.Layer], 1e-6);
        }

        Assert.Equal(ComparedRuns.FinalLayer + 1, found.Layers.Count);
    }

    [Theory]
    [InlineData(PairOrder.Changed, null)]
    [InlineData(PairOrder.Changed, 2)]
    [InlineData(PairOrder.Confidence, 3)]
    [InlineData(PairOrder.Entropy, null)]
    public async Task Rank_ByADifference_PutsTheMostDifferentFirst(PairOrder order, int? layer)
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await ComparedRuns.AddAsync(storage, [.. Enumerable.Range(0, 12).Select(i => (i, "p", i))]);
        var second = await ComparedRuns.AddAsync(storage, [.. Enumerable.Range(0, 12).Select(i => (i, "p", 100 + i))]);
        var found = Assert.IsType<RunComparison>(await storage.RunComparisons.ReadAsync(first.Run, second.Run, null, Token));

        var page = found.Rank(order, layer, 3, 4);

        var sizes = found.Pairs.Select(Size).OrderDescending().ToList();
        Assert.Equal(12, page.Total);
        Assert.Equal(sizes[3..7], page.Items.Select(Size));

        float Size(PairDifference pair)
        {
            var values = order == PairOrder.Changed ? pair.Changed : order == PairOrder.Confidence ? pair.Confidence : pair.Entropy;
            return layer is { } one ? Math.Abs(values[one]) : values.Sum(Math.Abs) / values.Count;
        }
    }

    [Fact]
    public async Task ReadAsync_SeveralPromptsOnAnImage_PairsTheSameOnesFirstThenByOrder()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await ComparedRuns.AddAsync(storage, [(0, "a", 1), (0, "b", 2), (0, "c", 3)]);
        var second = await ComparedRuns.AddAsync(storage, [(0, "x", 4), (0, "c", 5), (0, "a", 6), (0, "y", 7)]);

        var found = Assert.IsType<RunComparison>(await storage.RunComparisons.ReadAsync(first.Run, second.Run, null, Token));

        Assert.Equal(
            [(first.Analyses[0], second.Analyses[2]), (first.Analyses[1], second.Analyses[0]), (first.Analyses[2], second.Analyses[1])],
            found.Pairs.Select(pair => (pair.First, pair.Second)));
        Assert.Equal((0, 1), (found.OnlyFirst, found.OnlySecond));
    }

    [Fact]
    public async Task ReadAsync_SameReadings_AreEqualByCausalityAndCheckedToBe()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await ComparedRuns.AddAsync(storage, [(0, "a", 1), (1, "a", 2)]);
        var second = await ComparedRuns.AddAsync(storage, [(0, "b", 1), (1, "b", 3)], Ending(StatisticsSamples.Layout(), 5));

        var found = Assert.IsType<RunComparison>(await storage.RunComparisons.ReadAsync(first.Run, second.Run, null, Token));

        // The prompts part behind the patches; the second pair's readings differ all the same, which is said.
        Assert.Equal((2, 1), (found.EqualByCausality, found.EqualButDiffering));
        Assert.All(found.Pairs[0].Changed, share => Assert.Equal(0, share));
    }

    [Fact]
    public async Task ReadAsync_PromptsThatPartBeforeThePicture_PromiseNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        var layout = StatisticsSamples.Layout();
        var first = await ComparedRuns.AddAsync(storage, [(0, "a", 1)]);
        var second = await ComparedRuns.AddAsync(storage, [(0, "b", 1)], layout with { Positions = [new LayoutPosition(5, 0, null, null, null, null), .. layout.Positions] });

        var found = Assert.IsType<RunComparison>(await storage.RunComparisons.ReadAsync(first.Run, second.Run, null, Token));

        Assert.Equal(0, found.EqualByCausality);
        Assert.Equal((1, 0), (found.Pairs.Count, found.ByArea));
    }

    [Fact]
    public async Task ReadAsync_OtherGridOnTheSamePicture_ComparesByArea()
    {
        await using var storage = await TestStorage.CreateAsync();
        var coarse = Grid(1, 2);
        var fine = Grid(1, 4);
        var first = await ComparedRuns.AddAsync(storage, [(0, "a", 1)], coarse);
        var second = await ComparedRuns.AddAsync(storage, [(0, "a", 2)], fine);

        var found = Assert.IsType<RunComparison>(await storage.RunComparisons.ReadAsync(first.Run, second.Run, null, Token));

        // Middles at a quarter and three quarters: on the edge of fine patches 0|1 and 2|3, where the right one begins.
        var (a, b) = (ComparedRuns.Layers(1, coarse), ComparedRuns.Layers(2, fine));
        Assert.Equal(1, found.ByArea);
        Assert.Equal(2, found.Pairs[0].Patches);
        Assert.All(found.Layers, layer => Assert.Equal(
            new[] { (0, 1), (1, 3) }.Count(p => a[layer.Layer].Ids[p.Item1 * 2] != b[layer.Layer].Ids[p.Item2 * 2]) / 2.0, found.Pairs[0].Changed[layer.Layer], 1e-6));
    }

    [Fact]
    public async Task ReadAsync_OtherDepthAndVocabulary_ComparesByDepthAndByText()
    {
        await using var storage = await TestStorage.CreateAsync();
        var layout = StatisticsSamples.Layout();
        var turned = StatisticsSamples.Tokens.Select(token => token with { Id = StatisticsSamples.Tokens.Count - 1 - token.Id }).ToList();
        var first = await ComparedRuns.AddAsync(storage, [(0, "a", 1)]);
        var second = await ComparedRuns.AddAsync(storage, [(0, "a", 2)], finalLayer: 2, checkpoint: "small", tokens: turned);

        var found = Assert.IsType<RunComparison>(await storage.RunComparisons.ReadAsync(first.Run, second.Run, null, Token));

        Assert.True(found.ByDepth && found.ByText);
        Assert.Equal([(0, 0), (1, 1), (2, 1), (3, 1), (4, 2)], found.Layers.Select(layer => (layer.Layer, layer.SecondLayer)));
        var (a, b) = (ComparedRuns.Layers(1, layout), ComparedRuns.Layers(2, layout, 2));
        var patches = Enumerable.Range(2, 6).ToList();

        // Id 11 has no name: it is never the same.
        Assert.Equal(patches.Count(p => b[2].Ids[p * 2] == 11 || a[4].Ids[p * 2] != 10 - b[2].Ids[p * 2]) / 6.0, found.Pairs[0].Changed[4], 1e-6);
    }

    [Fact]
    public async Task ReadAsync_OnePictureTurned_IsLeftOut()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await ComparedRuns.AddAsync(storage, [(0, "a", 1)], orientation: 6);
        var second = await ComparedRuns.AddAsync(storage, [(0, "a", 2)], orientation: 6, settings: new RunSettings(TopK: 2, ApplyExifOrientation: true));

        var found = Assert.IsType<RunComparison>(await storage.RunComparisons.ReadAsync(first.Run, second.Run, null, Token));

        Assert.Equal((0, 1, 0), (found.Pairs.Count, found.LeftOut, found.Layers.Count));
    }

    [Fact]
    public async Task ReadAsync_OneWithoutEntropies_HasNoneToCompare()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await ComparedRuns.AddAsync(storage, [(0, "a", 1)]);
        var second = await ComparedRuns.AddAsync(storage, [(0, "a", 2)], entropy: false);

        var found = Assert.IsType<RunComparison>(await storage.RunComparisons.ReadAsync(first.Run, second.Run, null, Token));

        Assert.All(found.Layers, layer => Assert.Null(layer.Entropy));
        Assert.Equal(1, found.Rank(PairOrder.Entropy, null, 0, 10).Total);
    }

    [Fact]
    public async Task AskAsync_Twice_IsAnsweredByTheSameJobUntilMoreIsDone()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await ComparedRuns.AddAsync(storage, [(0, "a", 1), (1, "a", 2)]);
        var second = await ComparedRuns.AddAsync(storage, [(0, "a", 3)]);
        var third = await ComparedRuns.AddAsync(storage, [(1, "a", 3)]);

        var job = Assert.IsType<RunComparisonJob>(await storage.RunComparisonJobs.AskAsync(first.Run, second.Run, TimeSpan.FromMinutes(1), Token));
        var again = Assert.IsType<RunComparisonJob>(await storage.RunComparisonJobs.AskAsync(first.Run, second.Run, TimeSpan.FromMinutes(1), Token));
        var other = Assert.IsType<RunComparisonJob>(await storage.RunComparisonJobs.AskAsync(first.Run, third.Run, TimeSpan.FromMinutes(1), Token));

        Assert.Equal((JobState.Done, 1, 1), (job.State, job.Read, job.Total));
        Assert.Equal(job.Id, again.Id);
        Assert.NotEqual(job.Id, other.Id);
        Assert.Null(await storage.RunComparisonJobs.AskAsync(first.Run, RunId.New(), Token));
    }

    [Fact]
    public async Task ListSamePicture_AndOthers_AreThoseThatCanBeCompared()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await ComparedRuns.AddAsync(storage, [(0, "a", 1), (1, "a", 2), (2, "a", 3)]);
        var second = await ComparedRuns.AddAsync(storage, [(0, "b", 4), (3, "a", 5)], checkpoint: "other");

        var same = await storage.Comparables.ListSamePictureAsync(first.Analyses[0], 0, 10, Token);
        var others = await storage.Comparables.ListOthersAsync(first.Analyses[0], null, 0, 1, Token);
        var searched = await storage.Comparables.ListOthersAsync(first.Analyses[0], "PICTURE-3", 0, 10, Token);

        var found = Assert.Single(same.Items);
        Assert.Equal((second.Analyses[0], true, false, false), (found.Id, found.IsSamePicture, found.IsSamePrompt, found.IsSameCheckpoint));
        Assert.Equal((2, first.Analyses[1]), (others.Total, others.Items[0].Id));
        Assert.Equal(second.Analyses[1], Assert.Single(searched.Items).Id);
        Assert.Equal(0, (await storage.Comparables.ListSamePictureAsync(new AnalysisId(999), 0, 10, Token)).Total);
    }

    private static AnalysisLayout Grid(int rows, int columns) => new(
        640, 480, new PixelBox(0, 0, 640, 480), [.. Enumerable.Range(0, rows * columns).Select(i => new LayoutPosition(9, 1, 0, i / columns, i % columns, new PixelBox(640.0 / columns * (i % columns), 480.0 / rows * (i / columns), 640.0 / columns, 480.0 / rows)))]);

    private static AnalysisLayout Ending(AnalysisLayout layout, int id) => layout with { Positions = [.. layout.Positions.SkipLast(1), new LayoutPosition(id, 0, null, null, null, null)] };

    private static double Median(IEnumerable<double> values) => Quantile([.. values.Order()], 0.5);

    private static double Quantile(double[] sorted, double share)
    {
        var (below, above) = ((int)Math.Floor(share * (sorted.Length - 1)), (int)Math.Ceiling(share * (sorted.Length - 1)));
        return sorted[below] + ((sorted[above] - sorted[below]) * ((share * (sorted.Length - 1)) - below));
    }

    private static void AssertSpread(List<double> values, Spread? spread)
    {
        Assert.NotNull(spread);
        var sorted = values.Order().ToArray();
        Assert.Equal(values.Count, spread.Count);
        Assert.Equal(values.Average(), spread.Mean, 1e-6);
        Assert.Equal(Quantile(sorted, 0.25), spread.LowerQuartile, 1e-6);
        Assert.Equal(Quantile(sorted, 0.5), spread.Median, 1e-6);
        Assert.Equal(Quantile(sorted, 0.75), spread.UpperQuartile, 1e-6);
    }
}
