using LogitLens.Storage.Labels;
using LogitLens.Storage.Tests.Statistics;
using LogitLens.Storage.Tests.Tokens;
using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Tests.Gallery;

/// <summary>Two runs on two checkpoints that share images (the second turns its pictures upright), one that waits, and images never analysed; with everything a filter asks about counted from the readings themselves.</summary>
internal sealed class GallerySample
{
    /// <summary>Ids of what is blank in <see cref="StatisticsSamples.Tokens"/>.</summary>
    private static readonly int[] Blank = [0, 1, 10];

    private GallerySample(RunId first, RunId second, RunId waiting) => (First, Second, Waiting) = (first, second, waiting);

    public RunId First { get; }

    public RunId Second { get; }

    public RunId Waiting { get; }

    public List<Fact> Facts { get; } = [];

    public List<ImageRow> Images { get; } = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<GallerySample> AddAsync(TestStorage storage)
    {
        await storage.Images.AddAsync(Sample.Image("alone-1.png"), Token);
        var (first, firstIds) = await StatisticsRuns.AddAsync(storage, [.. Enumerable.Range(0, 12)]);
        storage.Clock.Advance(TimeSpan.FromHours(1));
        var (second, secondIds) = await StatisticsRuns.AddAsync(storage, [.. Enumerable.Range(6, 10)], "other", upright: true);
        var waiting = await storage.AddRunAsync(3);
        await storage.Images.AddAsync(Sample.Image("alone-2.png"), Token);
        var sample = new GallerySample(first, second, waiting);
        var counted = await TokenSample.CountAsync(storage, [.. firstIds, .. secondIds], StorageOptions.DefaultIndexThreshold, 2, 7);
        foreach (var run in new[] { first, second, waiting })
        {
            var row = Assert.IsType<RunRow>(await storage.Runs.FindAsync(run, Token));
            foreach (var analysis in (await storage.Runs.ListAnalysesAsync(run, null, 0, 100, Token)).Items)
            {
                var isDone = analysis.State == AnalysisState.Done;
                sample.Facts.Add(new Fact(
                    analysis,
                    row.Checkpoint.Hash,
                    isDone ? ShareOf(int.Parse(analysis.ImageName[8..^4], System.Globalization.CultureInfo.InvariantCulture)) : null,
                    [.. counted.Where(c => c.Analysis == analysis.Id.Value).Select(c => (c.Token, c.Layer, c.Place, c.Best))]));
            }
        }

        sample.Images.AddRange((await storage.Images.ListAsync(null, 0, 100, Token)).Items);
        await storage.Labels.TagAsync([LabelSubject.Of(sample.Images.Single(i => i.Name == "picture-3.png").Id), LabelSubject.Of(sample.Images.Single(i => i.Name == "alone-1.png").Id)], "Good", null, Token);
        await storage.Labels.TagAsync([LabelSubject.Of(secondIds[0])], "good", null, Token);
        await storage.Labels.TagAsync([LabelSubject.Of(first)], "first", null, Token);
        return sample;
    }

    /// <summary>By the plain definition: of the patches, those that are blank at the layer of 1…L where they are surest.</summary>
    private static double ShareOf(int seed)
    {
        var readings = StatisticsSamples.Readings(seed).Prompt;
        var layout = StatisticsSamples.Layout();
        var patches = Enumerable.Range(0, layout.Positions.Count).Where(position => layout.Positions[position].Kind == 1).ToList();
        var blank = patches.Count(position =>
        {
            var best = readings.Where(layer => layer.Layer > 0).OrderBy(layer => layer.Layer).MaxBy(layer => layer.Scores[position * layer.TopK])!;
            return Blank.Contains(best.Ids[position * best.TopK]);
        });
        return (double)blank / patches.Count;
    }

    /// <param name="Tokens">What the index has to hold of it.</param>
    public sealed record Fact(AnalysisRow Row, string Checkpoint, double? Share, IReadOnlyList<(int Token, int Layer, TokenPlace Place, double Best)> Tokens);
}
