namespace LogitLens.Storage.Tests.Catalogue;

public sealed class RunStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddItemsAsync_SomeThereAlready_QueuesTheOthersBehind()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(2);
        var done = await storage.FinishNextAsync();
        var known = (await storage.DetailAsync(done)).Row.Image;
        var more = (await storage.Images.AddAsync(Sample.Image("more.png"), Token)).Id;

        var added = await storage.Runs.AddItemsAsync(run, [new NewItem(known, Sample.Prompt), new NewItem(more, Sample.Prompt), new NewItem(more, Sample.Prompt)], Token);

        Assert.Equal(1, added);
        var analyses = (await storage.Runs.ListAnalysesAsync(run, null, 0, 10, Token)).Items;
        Assert.Equal([0, 1, 2], analyses.Select(analysis => analysis.Ordinal));
        Assert.Equal((more, AnalysisState.Queued, 3), (analyses[2].Image, analyses[2].State, analyses[2].LayersTotal));
        Assert.Equal(Sample.Prompt, (await storage.Runs.FindAsync(run, Token))?.Prompt);
        Assert.Equal(done, analyses[0].Id);
        await storage.FinishNextAsync();
        await storage.FinishNextAsync();
        Assert.Equal(3, (await storage.Runs.FindAsync(run, Token))?.Counts.Done);
    }

    [Fact]
    public async Task AddItemsAsync_AnotherPrompt_MakesTheRunOneOfSeveralPrompts()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync();
        var image = (await storage.Runs.ListAnalysesAsync(run, null, 0, 1, Token)).Items[0].Image;

        Assert.Equal(1, await storage.Runs.AddItemsAsync(run, [new NewItem(image, "another <image>")], Token));

        Assert.Null((await storage.Runs.FindAsync(run, Token))?.Prompt);
    }

    [Fact]
    public async Task AddItemsAsync_RunOrImageGone_RefusesAndAddsNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync();

        await Assert.ThrowsAsync<StorageException>(() => storage.Runs.AddItemsAsync(run, [new NewItem(new ImageId(99), "x")], Token));
        await Assert.ThrowsAsync<StorageException>(() => storage.Runs.AddItemsAsync(RunId.New(), [new NewItem(new ImageId(1), "x")], Token));

        Assert.Equal(1, (await storage.Runs.FindAsync(run, Token))?.Counts.Total);
    }

    [Fact]
    public async Task AddAsync_SharedPrompt_ShowsItAndQueuesAll()
    {
        await using var storage = await TestStorage.CreateAsync();
        var id = await storage.AddRunAsync(3, settings: new RunSettings(TopK: 7, Layers: [0, 2], AnswerTokens: 4, Legacy: true, ApplyExifOrientation: true, TrackedTokens: [1, 2]));

        var run = await storage.Runs.FindAsync(id, Token);

        Assert.NotNull(run);
        Assert.Equal((Sample.Prompt, "demo", new RunCounts(3, 0, 0, 0, 0)), (run.Prompt, run.Checkpoint.Name, run.Counts));
        Assert.Equal((7, 4, true, true, "logit"), (run.Settings.TopK, run.Settings.AnswerTokens, run.Settings.Legacy, run.Settings.ApplyExifOrientation, run.Settings.Lens));
        Assert.Equal([0, 2], run.Settings.Layers);
        Assert.Equal([1, 2], run.Settings.TrackedTokens);
        var analyses = await storage.Runs.ListAnalysesAsync(id, null, 0, 10, Token);
        Assert.Equal([0, 1, 2], analyses.Items.Select(a => a.Ordinal));
        Assert.All(analyses.Items, a => Assert.Equal((AnalysisState.Queued, 0, 0, 2), (a.State, a.Attempt, a.LayersDone, a.LayersTotal)));
    }

    [Fact]
    public async Task AddAsync_APromptEach_SharesNone()
    {
        await using var storage = await TestStorage.CreateAsync();
        var checkpoint = await storage.Checkpoints.AddAsync(Sample.Checkpoint(), Token);
        var image = await storage.Images.AddAsync(Sample.Image(), Token);

        var id = await storage.Runs.AddAsync(new NewRun("vqa", checkpoint.Id, new RunSettings(), "{\"a\":1}", [new NewItem(image.Id, "a", "yes"), new NewItem(image.Id, "b")]), Token);

        var run = await storage.Runs.FindAsync(id, Token);
        Assert.Equal((null, "{\"a\":1}"), (run?.Prompt, run?.Provenance));
        Assert.Equal([("a", "yes"), ("b", null)], (await storage.Runs.ListAnalysesAsync(id, null, 0, 10, Token)).Items.Select(a => (a.Prompt, a.TrueAnswer)));
    }

    [Fact]
    public async Task AddAsync_ImageOrCheckpointGone_SaysSoAndWritesNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        var checkpoint = await storage.Checkpoints.AddAsync(Sample.Checkpoint(), Token);
        var image = await storage.Images.AddAsync(Sample.Image(), Token);

        var noImage = await Assert.ThrowsAsync<StorageException>(
            () => storage.Runs.AddAsync(new NewRun("r", checkpoint.Id, new RunSettings(), "{}", [new NewItem(image.Id, "a"), new NewItem(new ImageId(99), "a")]), Token));
        var noCheckpoint = await Assert.ThrowsAsync<StorageException>(
            () => storage.Runs.AddAsync(new NewRun("r", new CheckpointId(99), new RunSettings(), "{}", [new NewItem(image.Id, "a")]), Token));

        Assert.Contains("1 of its images", noImage.Message, StringComparison.Ordinal);
        Assert.Contains("checkpoint is no longer", noCheckpoint.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await storage.Runs.ListAsync(0, 10, Token)).Total);
    }

    [Fact]
    public async Task AddAsync_TenThousandItems_QueuesAll()
    {
        await using var storage = await TestStorage.CreateAsync();
        var checkpoint = await storage.Checkpoints.AddAsync(Sample.Checkpoint(), Token);
        var image = await storage.Images.AddAsync(Sample.Image(), Token);
        var items = Enumerable.Range(0, 10_000).Select(i => new NewItem(image.Id, $"prompt {i}")).ToList();

        var watch = System.Diagnostics.Stopwatch.StartNew();
        var id = await storage.Runs.AddAsync(new NewRun("large", checkpoint.Id, new RunSettings(), "{}", items), Token);
        TestContext.Current.TestOutputHelper?.WriteLine($"10,000 items: {watch.ElapsedMilliseconds} ms");

        Assert.Equal(10_000, (await storage.Runs.FindAsync(id, Token))?.Counts.Queued);
    }

    [Fact]
    public async Task ListAsync_Pages_NewestFirst()
    {
        await using var storage = await TestStorage.CreateAsync();
        var ids = new List<RunId>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, await storage.AddRunAsync());
        }

        var page = await storage.Runs.ListAsync(1, 2, Token);

        Assert.Equal(5, page.Total);
        Assert.Equal(ids[1..3], page.Items.Select(r => r.Id));
        Assert.Equal(5, page.Items[0].Checkpoint.Runs);
    }

    [Fact]
    public async Task ListAnalysesAsync_ByState_PagesThoseOnly()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(4);
        await storage.FinishNextAsync();
        var running = await storage.ClaimAsync();

        var queued = await storage.Runs.ListAnalysesAsync(run, AnalysisState.Queued, 1, 5, Token);

        Assert.Equal((2, 3), (queued.Total, Assert.Single(queued.Items).Ordinal));
        Assert.Equal(running.Id, Assert.Single((await storage.Runs.ListAnalysesAsync(run, AnalysisState.Running, 0, 5, Token)).Items).Id);
        Assert.Equal(new RunCounts(2, 1, 1, 0, 0), (await storage.Runs.FindAsync(run, Token))?.Counts);
        Assert.Equal(0, (await storage.Runs.ListAnalysesAsync(RunId.New(), null, 0, 5, Token)).Total);
    }

    [Fact]
    public async Task FindNeighboursAsync_EndsAndMiddle_StayInTheRun()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(3);
        await storage.AddRunAsync(2);
        var ids = (await storage.Runs.ListAnalysesAsync(run, null, 0, 5, Token)).Items.Select(a => a.Id).ToList();

        Assert.Equal((null, ids[1]), await storage.Runs.FindNeighboursAsync(ids[0], Token));
        Assert.Equal((ids[0], ids[2]), await storage.Runs.FindNeighboursAsync(ids[1], Token));
        Assert.Equal((ids[1], null), await storage.Runs.FindNeighboursAsync(ids[2], Token));
        Assert.Equal((null, null), await storage.Runs.FindNeighboursAsync(new AnalysisId(999), Token));
    }

    [Fact]
    public async Task CancelAsync_Run_CancelsWhatIsNotFinished()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(3);
        await storage.FinishNextAsync();
        var running = await storage.ClaimAsync();
        await storage.WriteAsync(running);

        Assert.Equal(2, await storage.Runs.CancelAsync(run, Token));

        Assert.Equal(new RunCounts(0, 0, 1, 0, 2), (await storage.Runs.FindAsync(run, Token))?.Counts);
        Assert.Equal(3, await storage.CountAsync("Readings"));
        Assert.Equal(1, await storage.CountAsync("AnalysisLayouts"));
        Assert.False(await storage.Runs.CancelAsync(running.Id, Token));
        Assert.NotNull((await storage.DetailAsync(running.Id)).Row.FinishedAt);
    }

    [Fact]
    public async Task RetryAsync_FailedAndCancelled_GoBackToTheQueue()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(3);
        var failed = await storage.ClaimAsync();
        await storage.Queue.FailAsync(failed.Id, 1, "No space.", Token);
        var done = await storage.FinishNextAsync();
        await storage.Runs.CancelAsync(run, Token);

        Assert.True(await storage.Runs.RetryAsync(failed.Id, Token));
        Assert.Equal(1, await storage.Runs.RetryAsync(run, Token));

        var row = (await storage.DetailAsync(failed.Id)).Row;
        Assert.Equal((AnalysisState.Queued, null, null, null), (row.State, row.Error, row.StartedAt, row.FinishedAt));
        Assert.False(await storage.Runs.RetryAsync(done, Token));
        Assert.Equal((failed.Id, 2), ((await storage.ClaimAsync()) is var again ? (again.Id, again.Attempt) : default));
    }

    [Fact]
    public async Task FindAnalysisAsync_Known_HasEverything()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync();
        var id = await storage.FinishNextAsync();

        var detail = await storage.DetailAsync(id);

        Assert.Equal((run, "picture-0.png", id), (detail.Run.Id, detail.Image.Name, detail.Row.Id));
        Assert.Equal([5, 2], detail.AnswerIds);
        Assert.Equal(Sample.Layout().Seen, detail.Layout?.Seen);
        Assert.Null(await storage.Runs.FindAnalysisAsync(new AnalysisId(999), Token));
    }

    [Fact]
    public async Task RenameAsync_Run_HasTheNewName()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync();

        await storage.Runs.RenameAsync(run, "colours", Token);

        Assert.Equal("colours", (await storage.Runs.FindAsync(run, Token))?.Name);
    }

    [Fact]
    public async Task DeleteAsync_OnlyUser_TakesEverythingButUnusedImages()
    {
        await using var storage = await TestStorage.CreateAsync();
        var kept = await storage.Images.AddAsync(Sample.Image("never used"), Token);
        var run = await storage.AddRunAsync(70);
        await storage.FinishNextAsync();
        await storage.ClaimAsync();

        await storage.Runs.DeleteAsync(run, Token);

        Assert.Null(await storage.Runs.FindAsync(run, Token));
        foreach (var table in new[] { "Analyses", "AnalysisLayouts", "Readings", "Runs", "Checkpoints", "CheckpointTokens" })
        {
            Assert.Equal(0, await storage.CountAsync(table));
        }

        Assert.Equal(kept, Assert.Single((await storage.Images.ListAsync(null, 0, 10, Token)).Items));
        Assert.Equal(1, await storage.CountAsync("ImageContents"));
        Assert.Empty(await storage.Database.CheckAsync(Token));
    }

    [Fact]
    public async Task DeleteAsync_SharedImagesAndCheckpoint_StayForTheOtherRun()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await storage.AddRunAsync(3);
        var second = await storage.AddRunAsync(2);
        while (await storage.Queue.CountQueuedAsync(Token) > 0)
        {
            await storage.FinishNextAsync();
        }

        await storage.Runs.DeleteAsync(first, Token);

        Assert.Equal(2, (await storage.Images.ListAsync(null, 0, 10, Token)).Total);
        Assert.Equal(6, await storage.CountAsync("Readings"));
        Assert.Equal((2, 1), ((await storage.Runs.FindAsync(second, Token)) is { } run ? (run.Counts.Done, run.Checkpoint.Runs) : default));
    }

    [Fact]
    public async Task DeleteAsync_IdsOfAnalyses_AreNotUsedAgain()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync();
        var old = (await storage.Runs.ListAnalysesAsync(run, null, 0, 1, Token)).Items[0].Id;
        await storage.Runs.DeleteAsync(run, Token);

        var next = (await storage.Runs.ListAnalysesAsync(await storage.AddRunAsync(), null, 0, 1, Token)).Items[0].Id;

        Assert.True(next.Value > old.Value);
    }

    [Fact]
    public async Task DeleteAsync_Unknown_DoesNothing()
    {
        await using var storage = await TestStorage.CreateAsync();

        await storage.Runs.DeleteAsync(RunId.New(), Token);

        Assert.Empty(await storage.Database.CheckAsync(Token));
    }
}
