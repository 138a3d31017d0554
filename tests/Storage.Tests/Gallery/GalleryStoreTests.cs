using LogitLens.Storage.Gallery;
using LogitLens.Storage.Labels;
using LogitLens.Storage.Statistics;
using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Tests.Gallery;

public sealed class GalleryStoreTests
{
    // Id 2 in the sample's token table; in the index at half a unit's error.
    private const double Half = 0.5;
    private static readonly TokenCriterion Cat = new(null, "cat");

    private static readonly Dictionary<string, (Func<GallerySample, AnalysisFilter> Filter, Func<GallerySample, GallerySample.Fact, bool> Fits)> Cases = new()
    {
        ["run"] = (s => new(Runs: [s.First]), (s, f) => f.Row.Run == s.First),
        ["two runs"] = (s => new(Runs: [s.Second, s.Waiting]), (s, f) => f.Row.Run != s.First),
        ["no run"] = (s => new(Runs: []), (_, _) => false),
        ["checkpoint"] = (_ => new(Checkpoint: "hash-of-other"), (_, f) => f.Checkpoint == "hash-of-other"),
        ["prompt"] = (_ => new(Prompt: "odd"), (_, f) => f.Row.Prompt == "odd"),
        ["done"] = (_ => new() { State = AnalysisState.Done }, (_, f) => f.Row.State == AnalysisState.Done),
        ["queued"] = (_ => new() { State = AnalysisState.Queued }, (_, f) => f.Row.State == AnalysisState.Queued),
        ["finished from"] = (s => new(FinishedFrom: Finished(s, s.Second)), (s, f) => f.Row.Run == s.Second),
        ["finished until"] = (s => new(FinishedUntil: Finished(s, s.Second)), (s, f) => f.Row.Run == s.First),
        ["analyses"] = (s => new(Analyses: [s.Facts[2].Row.Id, s.Facts[13].Row.Id]), (s, f) => f == s.Facts[2] || f == s.Facts[13]),
        ["images"] = (s => new(Runs: [s.First, s.Second]) { Images = [s.Facts[7].Row.Image] }, (s, f) => f.Row.Image == s.Facts[7].Row.Image && f.Row.Run != s.Waiting),
        ["much filler"] = (_ => new() { LeastFiller = 0.5 }, (_, f) => f.Share >= 0.5),
        ["little filler"] = (_ => new() { MostFiller = 1.0 / 6 }, (_, f) => f.Share <= 1.0 / 6),
        ["some filler"] = (_ => new() { LeastFiller = 1.0 / 6, MostFiller = 1.0 / 3 }, (_, f) => f.Share is >= 1.0 / 6 and <= 1.0 / 3),
        ["token"] = (_ => new() { Token = Cat }, (_, f) => f.Tokens.Any(t => t is { Token: 2, Place: TokenPlace.Patch })),
        ["token in text"] = (_ => new() { Token = Cat with { Places = TokenPlaces.Text } }, (_, f) => f.Tokens.Any(t => t is { Token: 2, Place: TokenPlace.Text })),
        ["token late"] = (_ => new() { Token = Cat with { FirstLayer = 5 } }, (_, f) => f.Tokens.Any(t => t is { Token: 2, Layer: >= 5, Place: TokenPlace.Patch })),
        ["token surely"] = (_ => new() { Token = Cat with { LeastProbability = Half } }, (_, f) => f.Tokens.Any(t => t is { Token: 2, Best: >= Half, Place: TokenPlace.Patch })),
        ["token late and surely"] = (
            _ => new() { Token = Cat with { FirstLayer = 4, LastLayer = 5, LeastProbability = Half } },
            (_, f) => f.Tokens.Any(t => t is { Token: 2, Layer: 4 or 5, Best: >= Half, Place: TokenPlace.Patch })),
        ["token by id"] = (
            _ => new(Checkpoint: "hash-of-demo") { Token = new TokenCriterion([2, 9], string.Empty) },
            (_, f) => f.Checkpoint == "hash-of-demo" && f.Tokens.Any(t => t is { Token: 2 or 9, Place: TokenPlace.Patch })),
        ["token prefix"] = (_ => new() { Token = new TokenCriterion(null, "ca", TokenMatch.Prefix) }, (_, f) => f.Tokens.Any(t => t is { Token: 2, Place: TokenPlace.Patch })),
        ["unknown token"] = (_ => new() { Token = new TokenCriterion(null, "zebra") }, (_, _) => false),
        ["name and run"] = (s => new([s.First], ImageName: "PICTURE-1"), (s, f) => f.Row.Run == s.First && f.Row.ImageName.StartsWith("picture-1", StringComparison.Ordinal)),
        ["tag and run"] = (s => new([s.First]) { Tags = ["GOOD"] }, (s, f) => f.Row.Run == s.First && f.Row.ImageName == "picture-3.png"),
        ["tag of the run"] = (_ => new() { Tags = ["first"], State = AnalysisState.Done }, (s, f) => f.Row.Run == s.First),
        ["all at once"] = (
            s => new([s.First, s.Second], Checkpoint: "hash-of-demo", ImageName: ".png", Prompt: "even") { State = AnalysisState.Done, MostFiller = 0.9, Token = Cat with { FirstLayer = 1, LeastProbability = 0.05 } },
            (s, f) => f.Row.Run == s.First && f.Row.Prompt == "even" && f.Share <= 0.9 && f.Tokens.Any(t => t is { Token: 2, Layer: >= 1, Place: TokenPlace.Patch } && t.Best >= 0.05)),
    };

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(CaseNames))]
    public async Task ListAsync_EachCriterion_FindsWhatTheReadingsHold(string name)
    {
        await using var storage = await TestStorage.CreateAsync();
        var sample = await GallerySample.AddAsync(storage);
        var filter = Cases[name].Filter(sample);
        var fitting = sample.Facts.FindAll(fact => Cases[name].Fits(sample, fact));

        var page = await storage.Gallery.ListAsync(new GalleryQuery(filter), 0, 100, Token);
        var analyses = await storage.Gallery.ListAnalysesAsync(filter, Token);
        var ids = await storage.Gallery.ListIdsAsync(new GalleryQuery(filter), Token);

        var images = fitting.Select(fact => fact.Row.Image).Distinct().OrderByDescending(image => image.Value).ToList();
        Assert.Equal(images, page.Items.Select(item => item.Image.Id));
        Assert.Equal(images.Count, page.Total);
        Assert.Equal(images, ids);
        Assert.Equal(fitting.Select(fact => fact.Row.Id).OrderBy(id => id.Value), analyses.Analyses);
        Assert.All(page.Items, item => Assert.Equal(fitting.Count(fact => fact.Row.Image == item.Image.Id), item.Matching));
        Assert.All(page.Items, item => Assert.Contains(fitting, fact => fact.Row.Id == item.Analysis));
    }

    [Theory]
    [MemberData(nameof(CaseNames))]
    public async Task Statistics_OverTheSameFilter_AreOverItsDoneAnalyses(string name)
    {
        await using var storage = await TestStorage.CreateAsync();
        var sample = await GallerySample.AddAsync(storage);
        var done = sample.Facts.Count(fact => fact.Row.State == AnalysisState.Done && Cases[name].Fits(sample, fact));

        var answer = await storage.Statistics.ReadAsync(StatisticsQuery.Layers(Cases[name].Filter(sample)), null, Token);

        Assert.Equal(done, answer.Checkpoints.Sum(checkpoint => checkpoint.Analyses));
    }

    [Fact]
    public async Task ListAsync_NoFilter_ListsEveryImageNewestFirst()
    {
        await using var storage = await TestStorage.CreateAsync();
        var sample = await GallerySample.AddAsync(storage);

        var page = await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter()), 2, 5, Token);

        Assert.Equal(sample.Images.Count, page.Total);
        Assert.Equal(sample.Images.Skip(2).Take(5).Select(image => image.Id), page.Items.Select(item => item.Image.Id));
        Assert.Equal(page.Items.Select(item => item.Image.LatestDone), page.Items.Select(item => item.Analysis));
    }

    [Fact]
    public async Task ListAsync_NotAnalysed_ListsOnlyThose()
    {
        await using var storage = await TestStorage.CreateAsync();
        await GallerySample.AddAsync(storage);

        var page = await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter(ImageName: "ALONE"), NotAnalysed: true), 0, 100, Token);

        Assert.Equal(["alone-2.png", "alone-1.png"], page.Items.Select(item => item.Image.Name));
        Assert.Equal(2, (await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter(), NotAnalysed: true), 0, 100, Token)).Total);
    }

    [Fact]
    public async Task ListAsync_Tag_FindsImagesByThemselvesTheirAnalysesAndRuns()
    {
        await using var storage = await TestStorage.CreateAsync();
        var sample = await GallerySample.AddAsync(storage);

        var good = await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter { Tags = ["good"] }), 0, 100, Token);
        var first = await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter { Tags = ["FIRST"] }), 0, 100, Token);
        var both = await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter { Tags = ["first", "Good"] }), 0, 100, Token);

        // The second run's first analysis is of picture 6.
        Assert.Equal(["alone-1.png", "picture-3.png", "picture-6.png"], good.Items.Select(item => item.Image.Name).Order());
        Assert.Equal(sample.Facts.Where(fact => fact.Row.Run == sample.First).Select(fact => fact.Row.Image).Distinct().Count(), first.Total);
        Assert.Equal(["picture-3.png", "picture-6.png"], both.Items.Select(item => item.Image.Name).Order());
        Assert.Equal(["Good"], good.Items.Single(item => item.Image.Name == "picture-3.png").Tags);
    }

    [Fact]
    public async Task ListAsync_AddedDates_ConfineImages()
    {
        await using var storage = await TestStorage.CreateAsync();
        var sample = await GallerySample.AddAsync(storage);
        var later = sample.Images.Max(image => image.AddedAt);

        var from = await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter { AddedFrom = later }), 0, 100, Token);
        var until = await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter { AddedUntil = later }), 0, 100, Token);

        Assert.Equal(sample.Images.Count(image => image.AddedAt >= later), from.Total);
        Assert.Equal(sample.Images.Count, from.Total + until.Total);
        Assert.NotEqual(0, until.Total);
    }

    [Theory]
    [InlineData(GalleryOrder.MostFiller)]
    [InlineData(GalleryOrder.LeastFiller)]
    public async Task ListAsync_ByFiller_SortsByTheShareAndEndsWithImagesWithout(GalleryOrder order)
    {
        await using var storage = await TestStorage.CreateAsync();
        var sample = await GallerySample.AddAsync(storage);

        var page = await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter(), order), 0, 100, Token);

        Assert.Equal(sample.Images.Count, page.Total);
        var shares = page.Items.Select(item => item.FillerShare).ToList();
        var known = shares.TakeWhile(share => share is not null).ToList();
        Assert.All(shares.Skip(known.Count), Assert.Null);
        Assert.Equal(order == GalleryOrder.MostFiller ? known.OrderDescending() : known.Order(), known);
        Assert.All(page.Items.Take(known.Count), item => Assert.Equal(sample.Facts.Single(fact => fact.Row.Id == item.Analysis).Share, item.FillerShare));
        Assert.Equal(sample.Facts.Where(fact => fact.Share is not null).Select(fact => fact.Row.Image).Distinct().Count(), known.Count);
    }

    [Fact]
    public async Task ListAsync_ByProbability_SortsByTheBestPlaceAndNamesIt()
    {
        await using var storage = await TestStorage.CreateAsync();
        var sample = await GallerySample.AddAsync(storage);

        var page = await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter { Token = Cat }, GalleryOrder.Probability), 0, 100, Token);

        Assert.Equal(page.Items.Select(item => item.Hit!.Probability).OrderDescending(), page.Items.Select(item => item.Hit!.Probability));
        Assert.All(page.Items, item =>
        {
            var best = sample.Facts.Where(fact => fact.Row.Image == item.Image.Id).SelectMany(fact => fact.Tokens).Where(t => t is { Token: 2, Place: TokenPlace.Patch }).Max(t => t.Best);
            Assert.Equal(best, item.Hit!.Probability, 1.0 / 60_000);
            Assert.Equal("␣cat", item.Hit.Display);
            var read = sample.Facts.Single(fact => fact.Row.Id == item.Analysis);
            Assert.Equal(read.Checkpoint, item.Hit.CheckpointHash);
            Assert.Equal(read.Row.Run == sample.Second, item.Hit.IsUpright);
        });
        Assert.Equal([false, true], page.Items.Select(item => item.Hit!.IsUpright).Distinct().Order());
    }

    [Fact]
    public async Task ListAsync_ByName_SortsAcrossPages()
    {
        await using var storage = await TestStorage.CreateAsync();
        var sample = await GallerySample.AddAsync(storage);
        var query = new GalleryQuery(new AnalysisFilter { State = AnalysisState.Done }, GalleryOrder.Name);

        var first = await storage.Gallery.ListAsync(query, 0, 7, Token);
        var rest = await storage.Gallery.ListAsync(query, 7, 100, Token);

        Assert.Equal(
            sample.Facts.Where(fact => fact.Row.State == AnalysisState.Done).Select(fact => fact.Row.ImageName).Distinct().OrderBy(name => name, StringComparer.OrdinalIgnoreCase),
            first.Items.Concat(rest.Items).Select(item => item.Image.Name));
    }

    [Fact]
    public async Task ListAsync_TokenThatFitsTooMuch_RefusesInASentence()
    {
        await using var storage = await TestStorage.CreateAsync();
        await GallerySample.AddAsync(storage);
        await using (var context = await storage.Contexts.CreateDbContextAsync(Token))
        {
            await using var command = TokenIndex.Command(context, """UPDATE "TokenTotals" SET "Analyses" = 300000""");
            await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.OpenConnectionAsync(context.Database, Token);
            await command.ExecuteNonQueryAsync(Token);
        }

        var page = await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter { Token = Cat }), 0, 10, Token);

        Assert.Contains("at most", page.Refusal, StringComparison.Ordinal);
        Assert.Empty(page.Items);
    }

    [Fact]
    public async Task ListFirstAnalysesAsync_ChosenImages_GivesThoseThatTheGalleryOpens()
    {
        await using var storage = await TestStorage.CreateAsync();
        await GallerySample.AddAsync(storage);
        var query = new GalleryQuery(new AnalysisFilter { Token = Cat }, GalleryOrder.Probability);
        var page = await storage.Gallery.ListAsync(query, 0, 3, Token);

        var first = await storage.Gallery.ListFirstAnalysesAsync(query, [.. page.Items.Select(item => item.Image.Id)], Token);

        Assert.Equal(page.Items.Select(item => item.Analysis!.Value), first);
    }

    [Fact]
    public async Task ListAsync_RunThatIsBeingDeleted_IsNotThere()
    {
        await using var storage = await TestStorage.CreateAsync();
        var sample = await GallerySample.AddAsync(storage);
        await storage.Labels.TagAsync([LabelSubject.Of(sample.Facts[0].Row.Image)], "kept", null, Token);

        await storage.Runs.DeleteAsync(sample.First, Token);

        Assert.Equal(0, (await storage.Gallery.ListAsync(new GalleryQuery(new AnalysisFilter(Runs: [sample.First])), 0, 10, Token)).Total);
        Assert.Empty((await storage.Gallery.ListAnalysesAsync(new AnalysisFilter { Tags = ["first"] }, Token)).Analyses);
        Assert.Empty(await storage.Database.CheckAsync(Token));
    }

    [Fact]
    public async Task PlanDeletionAsync_SharedAndUnusedImages_SaysWhatCanGo()
    {
        await using var storage = await TestStorage.CreateAsync();
        var sample = await GallerySample.AddAsync(storage);
        var ofSecond = sample.Facts.Where(fact => fact.Row.Run == sample.Second).Select(fact => fact.Row.Image).ToHashSet();
        var alone = sample.Images.Where(image => image.Name.StartsWith("alone", StringComparison.Ordinal)).Select(image => image.Id);

        var plan = await storage.Gallery.PlanDeletionAsync([.. ofSecond, .. alone], Token);

        // Pictures 6 to 11 are in the first run as well, 12 to 15 in the second alone.
        Assert.Equal(2, plan.Unused);
        Assert.Equal(sample.Second, Assert.Single(plan.WholeRuns).Id);
        Assert.Equal((4, 6), (plan.WithWholeRuns, plan.Used));
        Assert.Equal("run", Assert.Single(plan.UsedBy));
    }

    private static DateTimeOffset Finished(GallerySample sample, RunId run) => sample.Facts.Where(fact => fact.Row.Run == run).Min(fact => fact.Row.FinishedAt!.Value);
}
