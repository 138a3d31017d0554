using LogitLens.Storage.Tests.Statistics;

namespace LogitLens.Storage.Tests.Comparisons;

/// <summary>Runs over numbered images, with readings by chance, written the way the analysis service writes.</summary>
internal static class ComparedRuns
{
    public const int FinalLayer = 4;
    public const int Vocabulary = StatisticsSamples.Vocabulary;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A run of Done analyses.</summary>
    /// <param name="items">The number of the image, the prompt, and what the readings begin with.</param>
    public static async Task<(RunId Run, IReadOnlyList<AnalysisId> Analyses)> AddAsync(
        TestStorage storage,
        IReadOnlyList<(int Image, string Prompt, int Seed)> items,
        AnalysisLayout? layout = null,
        int finalLayer = FinalLayer,
        string checkpoint = "demo",
        bool entropy = true,
        RunSettings? settings = null,
        int orientation = 1,
        IReadOnlyList<TokenRow>? tokens = null)
    {
        layout ??= StatisticsSamples.Layout();
        var model = await storage.Checkpoints.AddAsync(
            Sample.Checkpoint(checkpoint, finalLayer) with { VocabularySize = Vocabulary, Tokens = tokens ?? StatisticsSamples.Tokens }, Token);
        var added = new List<NewItem>();
        foreach (var (image, prompt, _) in items)
        {
            added.Add(new NewItem((await storage.Images.AddAsync(Sample.Image($"picture-{image}.png") with { ExifOrientation = orientation }, Token)).Id, prompt));
        }

        var run = await storage.Runs.AddAsync(new NewRun("run", model.Id, settings ?? new RunSettings(TopK: 2), "{}", added), Token);
        var analyses = new List<AnalysisId>();
        foreach (var (_, _, seed) in items)
        {
            var claimed = Assert.IsType<ClaimedAnalysis>(await storage.Queue.ClaimNextAsync(run, Token));
            Assert.True(await storage.Queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, layout, finalLayer + 1, Token));
            foreach (var layer in Layers(seed, layout, finalLayer, entropy))
            {
                Assert.True(await storage.Queue.WriteReadingAsync(claimed.Id, claimed.Attempt, ReadingSegment.Prompt, layer.Layer, ReadingCodec.Pack(layer, Vocabulary), Token));
            }

            Assert.True(await storage.Queue.CompleteAsync(claimed.Id, claimed.Attempt, [], null, Token));
            analyses.Add(claimed.Id);
        }

        return (run, analyses);
    }

    /// <summary>The readings of a seed as they come back from the database.</summary>
    public static IReadOnlyList<LayerArrays> Layers(int seed, AnalysisLayout layout, int finalLayer = FinalLayer, bool entropy = true)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, finalLayer + 1).Select(layer => ReadingCodec.Unpack(ReadingCodec.Pack(StatisticsSamples.Layer(random, layer, 0, layout.Positions.Count, entropy), Vocabulary)))];
    }
}
