using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Tests.Catalogue;

public sealed class AnalysisQueueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ClaimNextAsync_TwoRuns_GoesByRunThenOrdinal()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await storage.AddRunAsync(2);
        var second = await storage.AddRunAsync(1, "other");

        var claimed = new List<(RunId, string)>();
        while (await storage.Queue.ClaimNextAsync(null, Token) is { } next)
        {
            claimed.Add((next.Run, next.ImageName));
        }

        Assert.Equal([(first, "picture-0.png"), (first, "picture-1.png"), (second, "picture-0.png")], claimed);
        Assert.Equal(0, await storage.Queue.CountQueuedAsync(Token));
    }

    [Fact]
    public async Task ClaimNextAsync_LoadedCheckpoint_GoesFirst()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var second = await storage.AddRunAsync(1, "other", settings: new RunSettings(TopK: 5, Layers: [0, 2], TrackedTokens: [7]));
        var loaded = Assert.IsType<CheckpointRow>(await storage.Checkpoints.FindAsync("hash-of-other", Token)).Id;

        var claimed = await storage.Queue.ClaimNextAsync(loaded, Token);
        var next = await storage.Queue.ClaimNextAsync(loaded, Token);

        Assert.NotNull(claimed);
        Assert.Equal((second, 1, "other", Sample.Prompt), (claimed.Run, claimed.Attempt, claimed.Checkpoint.Name, claimed.Prompt));
        Assert.Equal(5, claimed.Settings.TopK);
        Assert.Equal([0, 2], claimed.Settings.Layers);
        Assert.Equal([7], claimed.Settings.TrackedTokens);
        Assert.Equal("demo", next?.Checkpoint.Name);
    }

    [Fact]
    public async Task ClaimBatchAsync_SeveralPictures_TakesThemByOrdinalFromOneRun()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await storage.AddRunAsync(5);
        await storage.AddRunAsync(2, "other");

        var batch = await storage.Queue.ClaimBatchAsync(loaded: null, pictures: 3, analyses: 16, Token);
        var rest = await storage.Queue.ClaimBatchAsync(first, pictures: 8, analyses: 16, Token);
        var none = await storage.Queue.ClaimBatchAsync(first, pictures: 8, analyses: 16, Token);

        Assert.Equal(["picture-0.png", "picture-1.png", "picture-2.png"], batch.Select(claimed => claimed.ImageName));
        Assert.All(batch, claimed => Assert.Equal((first, 1), (claimed.Run, claimed.Attempt)));
        Assert.Equal(["picture-3.png", "picture-4.png"], rest.Select(claimed => claimed.ImageName));
        Assert.Empty(none);
        Assert.Equal(2, await storage.Queue.CountQueuedAsync(Token));
    }

    [Fact]
    public async Task ClaimBatchAsync_SeveralPromptsOnOnePicture_CountAsOnePicture()
    {
        await using var storage = await TestStorage.CreateAsync();
        var checkpoint = await storage.Checkpoints.AddAsync(Sample.Checkpoint("demo", 2), Token);
        var images = new[] { await storage.Images.AddAsync(Sample.Image("a.png"), Token), await storage.Images.AddAsync(Sample.Image("b.png"), Token) };
        var items = Enumerable.Range(0, 10).Select(i => new NewItem(images[i / 8].Id, Sample.Prompt)).ToList();
        var run = await storage.Runs.AddAsync(new NewRun("questions", checkpoint.Id, new RunSettings(), "{}", items), Token);

        Assert.Equal(8, (await storage.Queue.ClaimBatchAsync(run, pictures: 1, analyses: 16, Token)).Count);
        Assert.Single(await storage.Queue.ClaimBatchAsync(run, pictures: 1, analyses: 1, Token));
    }

    [Fact]
    public async Task CompleteAsync_AllLayers_IsDoneWithAnswerAndTimes()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        storage.Clock.Advance(TimeSpan.FromSeconds(1));
        var claimed = await storage.ClaimAsync();
        await storage.WriteAsync(claimed);
        storage.Clock.Advance(TimeSpan.FromSeconds(2));

        Assert.True(await storage.Queue.CompleteAsync(claimed.Id, 1, [70_000, 2], "ein Hund", Token));

        var detail = await storage.DetailAsync(claimed.Id);
        Assert.Equal((AnalysisState.Done, 3, 3, 3), (detail.Row.State, detail.Row.LayersDone, detail.Row.LayersTotal, detail.Blobs));
        Assert.Equal([70_000, 2], detail.AnswerIds);
        Assert.Equal("ein Hund", detail.Row.AnswerText);
        Assert.Equal(TimeSpan.FromSeconds(1), detail.Row.StartedAt - detail.Row.QueuedAt);
        Assert.Equal(TimeSpan.FromSeconds(2), detail.Row.FinishedAt - detail.Row.StartedAt);
    }

    [Fact]
    public async Task CompleteAsync_LayerMissing_FailsAndStaysRunning()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var claimed = await storage.ClaimAsync();
        await storage.Queue.WriteLayoutAsync(claimed.Id, 1, Sample.Layout(), 3, Token);
        await storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Prompt, 0, Sample.Packed(0), Token);
        await storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Prompt, 2, Sample.Packed(2), Token);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => storage.Queue.CompleteAsync(claimed.Id, 1, [], null, Token));

        Assert.Contains("lacks layers 1", refused.Message, StringComparison.Ordinal);
        Assert.Equal(AnalysisState.Running, (await storage.DetailAsync(claimed.Id)).Row.State);
    }

    [Fact]
    public async Task CompleteAsync_AnswerHalfWritten_Fails()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var claimed = await storage.ClaimAsync();
        await storage.WriteAsync(claimed);
        await storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Answer, 0, Sample.Packed(0), Token);

        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.Queue.CompleteAsync(claimed.Id, 1, [], null, Token));
    }

    [Fact]
    public async Task CompleteAsync_NoLayout_Fails()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(settings: new RunSettings(Layers: [1]));
        var claimed = await storage.ClaimAsync();
        await storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Prompt, 1, Sample.Packed(1), Token);

        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.Queue.CompleteAsync(claimed.Id, 1, [], null, Token));
    }

    [Fact]
    public async Task CompleteAsync_ChosenLayersOnly_IsDone()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(settings: new RunSettings(Layers: [0, 2]));

        var id = await storage.FinishNextAsync();

        Assert.Equal((AnalysisState.Done, 2), ((await storage.DetailAsync(id)).Row.State, (await storage.DetailAsync(id)).Row.LayersTotal));
    }

    [Fact]
    public async Task WriteReadingAsync_EachLayer_IsVisibleAtOnce()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var claimed = await storage.ClaimAsync();
        await storage.Queue.WriteLayoutAsync(claimed.Id, 1, Sample.Layout(), 3, Token);

        await storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Prompt, 0, Sample.Packed(0), Token);

        Assert.Equal(1, (await storage.DetailAsync(claimed.Id)).Row.LayersDone);
        Assert.Single(await storage.Readings.ReadAsync(claimed.Id, 0, Token));
        Assert.Equal(4, (await storage.DetailAsync(claimed.Id)).Layout?.Positions.Count);
    }

    [Fact]
    public async Task WriteReadingAsync_SameLayerTwice_IsABugAndChangesNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var claimed = await storage.ClaimAsync();
        await storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Prompt, 0, Sample.Packed(0), Token);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Prompt, 0, Sample.Packed(0), Token));

        Assert.Equal(1, (await storage.DetailAsync(claimed.Id)).Row.LayersDone);
    }

    [Fact]
    public async Task WriteReadingAsync_BytesOfAnotherLayerOrNone_Refuses()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var claimed = await storage.ClaimAsync();

        await Assert.ThrowsAsync<ArgumentException>(
            () => storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Prompt, 0, Sample.Packed(1), Token));
        await Assert.ThrowsAsync<ArgumentException>(() => storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Prompt, 0, [1, 2, 3], Token));
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("cancelled and queued again")]
    [InlineData("claimed again")]
    [InlineData("failed")]
    [InlineData("done")]
    [InlineData("deleted")]
    public async Task Writes_OfAStaleAttempt_ChangeNothing(string fate)
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync();
        var claimed = await storage.ClaimAsync();
        await storage.WriteAsync(claimed);
        switch (fate)
        {
            case "cancelled":
                Assert.True(await storage.Runs.CancelAsync(claimed.Id, Token));
                break;
            case "cancelled and queued again":
                Assert.Equal(1, await storage.Runs.CancelAsync(run, Token));
                Assert.Equal(1, await storage.Runs.RetryAsync(run, Token));
                break;
            case "claimed again":
                Assert.Equal(1, await storage.Queue.RequeueInterruptedAsync(Token));
                await storage.WriteAsync(await storage.ClaimAsync());
                break;
            case "failed":
                Assert.True(await storage.Queue.FailAsync(claimed.Id, 1, "The disk is full.", Token));
                break;
            case "done":
                Assert.True(await storage.Queue.CompleteAsync(claimed.Id, 1, [], null, Token));
                break;
            default:
                await storage.Runs.DeleteAsync(run, Token);
                break;
        }

        var before = await storage.Runs.FindAnalysisAsync(claimed.Id, Token);
        var readings = await storage.CountAsync("Readings");

        Assert.False(await storage.Queue.WriteLayoutAsync(claimed.Id, 1, Sample.Layout(), 9, Token));
        Assert.False(await storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Answer, 0, Sample.Packed(0), Token));
        Assert.False(await storage.Queue.CompleteAsync(claimed.Id, 1, [1], "stale", Token));
        Assert.False(await storage.Queue.FailAsync(claimed.Id, 1, "stale", Token));
        Assert.False(await storage.Queue.ReleaseAsync(claimed.Id, 1, Token));

        Assert.Equal(before?.Row, (await storage.Runs.FindAnalysisAsync(claimed.Id, Token))?.Row);
        Assert.Equal(readings, await storage.CountAsync("Readings"));
    }

    [Fact]
    public async Task FailAsync_AfterSomeLayers_KeepsTheSentenceAndDropsTheReadings()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var claimed = await storage.ClaimAsync();
        await storage.WriteAsync(claimed);

        Assert.True(await storage.Queue.FailAsync(claimed.Id, 1, "The picture is truncated.", Token));

        var detail = await storage.DetailAsync(claimed.Id);
        Assert.Equal((AnalysisState.Failed, "The picture is truncated.", 0), (detail.Row.State, detail.Row.Error, detail.Row.LayersDone));
        Assert.Null(detail.Layout);
        Assert.Equal(0, await storage.CountAsync("Readings"));
    }

    [Fact]
    public async Task ReleaseAsync_Running_IsQueuedAndNextAttemptCounts()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var claimed = await storage.ClaimAsync();
        await storage.WriteAsync(claimed);

        Assert.True(await storage.Queue.ReleaseAsync(claimed.Id, 1, Token));

        Assert.Equal(1, await storage.Queue.CountQueuedAsync(Token));
        Assert.Equal(0, await storage.CountAsync("Readings"));
        Assert.Equal((claimed.Id, 2), ((await storage.ClaimAsync()) is var again ? (again.Id, again.Attempt) : default));
    }

    [Fact]
    public async Task RequeueInterruptedAsync_AfterAStop_QueuesTheRunningOnly()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(3);
        var done = await storage.FinishNextAsync();
        var interrupted = await storage.ClaimAsync();
        await storage.WriteAsync(interrupted);

        Assert.Equal(1, await storage.Queue.RequeueInterruptedAsync(Token));

        Assert.Equal(2, await storage.Queue.CountQueuedAsync(Token));
        Assert.Equal(3, await storage.CountAsync("Readings"));
        Assert.Equal(AnalysisState.Done, (await storage.DetailAsync(done)).Row.State);
        Assert.Equal(0, await storage.Queue.RequeueInterruptedAsync(Token));
    }

    [Fact]
    public async Task WriteReadingAsync_DiskFull_SaysSoAndLosesNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(layers: 60);
        var claimed = await storage.ClaimAsync();
        await storage.Queue.WriteLayoutAsync(claimed.Id, 1, Sample.Layout(), 61, Token);
        await LimitAsync(storage, pages: "(SELECT page_count + 40 FROM pragma_page_count)");

        StorageException? full = null;
        var written = 0;
        while (full is null && written < 61)
        {
            try
            {
                await storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Prompt, written, Sample.Packed(written, 593, 10), Token);
                written++;
            }
            catch (StorageException exception)
            {
                full = exception;
            }
        }

        Assert.NotNull(full);
        Assert.Contains("no space left", full.Message, StringComparison.Ordinal);
        Assert.Contains(storage.Path, full.Message, StringComparison.Ordinal);
        Assert.InRange(written, 1, 60);
        Assert.Equal(written, (await storage.Readings.ReadAsync(claimed.Id, 0, Token)).Count);
        Assert.Equal(written, (await storage.DetailAsync(claimed.Id)).Row.LayersDone);

        await LimitAsync(storage, pages: "1000000");
        for (; written < 61; written++)
        {
            Assert.True(await storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Prompt, written, Sample.Packed(written, 593, 10), Token));
        }

        Assert.True(await storage.Queue.CompleteAsync(claimed.Id, 1, [], null, Token));
        Assert.Empty(await storage.Database.CheckAsync(Token));
    }

    [Fact]
    public async Task FailAsync_DiskFull_StillWorks()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(layers: 60);
        var claimed = await storage.ClaimAsync();
        await storage.WriteAsync(claimed);
        await LimitAsync(storage, pages: "1");

        Assert.True(await storage.Queue.FailAsync(claimed.Id, 1, "There is no space left.", Token));

        Assert.Equal(AnalysisState.Failed, (await storage.DetailAsync(claimed.Id)).Row.State);
    }

    /// <summary>A limit holds for one connection, so the pool is emptied but for one that has it.</summary>
    private static async Task LimitAsync(TestStorage storage, string pages)
    {
        await using var connection = new SqliteConnection(storage.ConnectionString);
        SqliteConnection.ClearPool(connection);
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {pages}";
        var limit = Convert.ToInt64(await command.ExecuteScalarAsync(Token), System.Globalization.CultureInfo.InvariantCulture);
        command.CommandText = $"PRAGMA max_page_count = {limit}";
        await command.ExecuteNonQueryAsync(Token);
    }
}
