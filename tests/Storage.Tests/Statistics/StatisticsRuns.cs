using LogitLens.Storage.Statistics.Aggregates;

namespace LogitLens.Storage.Tests.Statistics;

/// <summary>Runs of <see cref="StatisticsSamples"/>, written the way the analysis service writes.</summary>
internal static class StatisticsRuns
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A run whose n-th analysis has the readings of the n-th seed, all Done.</summary>
    public static async Task<(RunId Run, IReadOnlyList<AnalysisId> Analyses)> AddAsync(TestStorage storage, IReadOnlyList<int> seeds, string checkpoint = "demo", bool entropy = true, bool upright = false)
    {
        var model = await storage.Checkpoints.AddAsync(
            Sample.Checkpoint(checkpoint, StatisticsSamples.FinalLayer) with { VocabularySize = StatisticsSamples.Vocabulary, Tokens = StatisticsSamples.Tokens }, Token);
        var items = new List<NewItem>();
        foreach (var seed in seeds)
        {
            items.Add(new NewItem((await storage.Images.AddAsync(Sample.Image($"picture-{seed}.png"), Token)).Id, seed % 2 == 0 ? "even" : "odd"));
        }

        var run = await storage.Runs.AddAsync(new NewRun("run", model.Id, new RunSettings(TopK: 2, ApplyExifOrientation: upright), "{}", items), Token);
        var analyses = new List<AnalysisId>();
        foreach (var seed in seeds)
        {
            var claimed = Assert.IsType<ClaimedAnalysis>(await storage.Queue.ClaimNextAsync(run, Token));
            await WriteAsync(storage, claimed, StatisticsSamples.Readings(seed, entropy));
            analyses.Add(claimed.Id);
        }

        return (run, analyses);
    }

    private static async Task WriteAsync(TestStorage storage, ClaimedAnalysis claimed, AnalysisReadings readings)
    {
        Assert.True(await storage.Queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, StatisticsSamples.Layout(), readings.Prompt.Count, Token));
        foreach (var (segment, layers) in new[] { (ReadingSegment.Prompt, readings.Prompt), (ReadingSegment.Answer, readings.Answer) })
        {
            foreach (var layer in layers)
            {
                Assert.True(await storage.Queue.WriteReadingAsync(
                    claimed.Id, claimed.Attempt, segment, layer.Layer, ReadingCodec.Pack(layer, StatisticsSamples.Vocabulary), Token));
            }
        }

        Assert.True(await storage.Queue.CompleteAsync(claimed.Id, claimed.Attempt, [1, 2, 3], "a", Token));
    }
}
