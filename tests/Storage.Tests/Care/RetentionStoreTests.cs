namespace LogitLens.Storage.Tests.Care;

public sealed class RetentionStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LetGoAsync_RunOfSummaries_KeepsTopOnesEntropiesAndEverythingElse()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(2, settings: new RunSettings(TopK: 2));
        var id = await storage.FinishNextAsync();
        var before = (await storage.Readings.ReadAsync(id, 0, Token)).Select(p => ReadingCodec.Unpack(p)).ToList();
        var room = (await storage.Retention.FindRoomAsync(run, Token))!;
        Assert.True(await storage.Retention.SetAsync(run, new RunRetention(RetentionKind.Summaries), Token));

        var gone = await storage.Retention.LetGoAsync(null, null, Token);

        Assert.Equal(1, gone.Analyses);
        var after = (await storage.Readings.ReadAsync(id, 0, Token)).Select(p => ReadingCodec.Unpack(p)).ToList();
        Assert.Equal(before.Count, after.Count);
        foreach (var (then, now) in before.Zip(after))
        {
            Assert.Equal((then.Layer, then.FirstPosition, then.Positions, 1), (now.Layer, now.FirstPosition, now.Positions, now.TopK));
            Assert.Equal(Enumerable.Range(0, then.Positions).Select(p => then.Ids[p * then.TopK]), now.Ids);
            Assert.Equal(Enumerable.Range(0, then.Positions).Select(p => then.Scores[p * then.TopK]), now.Scores);
            Assert.Equal(then.EntropyBits, now.EntropyBits);
            Assert.Empty(now.Tracked);
        }

        Assert.Equal(storage.Clock.GetUtcNow(), (await storage.DetailAsync(id)).Row.RestGoneAt);
        var left = (await storage.Retention.FindRoomAsync(run, Token))!;
        Assert.Equal((room.Summaries, room.Rests - gone.Bytes, 1, 1), (left.Summaries, left.Rests, left.Gone, left.Done));
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task LetGoAsync_AgainstTheClock_TakesWhatIsDueAndNothingElse()
    {
        await using var storage = await TestStorage.CreateAsync();
        var kept = await FinishedAsync("kept", RunRetention.Default);
        var week = await FinishedAsync("week", new RunRetention(RetentionKind.Days, 7));
        var pinned = await FinishedAsync("pinned", new RunRetention(RetentionKind.Pinned));

        Assert.Equal(0, (await storage.Retention.LetGoAsync(null, null, Token)).Analyses);
        storage.Clock.Advance(TimeSpan.FromDays(6.9));
        Assert.Equal(0, (await storage.Retention.LetGoAsync(null, null, Token)).Analyses);
        storage.Clock.Advance(TimeSpan.FromDays(0.2));
        Assert.Equal(1, (await storage.Retention.LetGoAsync(null, null, Token)).Analyses);
        Assert.Equal((0, 1, 0), (await GoneAsync(kept), await GoneAsync(week), await GoneAsync(pinned)));
        storage.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(1, (await storage.Retention.LetGoAsync(30, null, Token)).Analyses);
        Assert.Equal((1, 1, 0), (await GoneAsync(kept), await GoneAsync(week), await GoneAsync(pinned)));
        Assert.Equal(0, (await storage.Retention.LetGoAsync(30, null, Token)).Analyses);

        async Task<RunId> FinishedAsync(string name, RunRetention retention)
        {
            var run = await storage.AddRunAsync(1, images: name);
            await storage.FinishNextAsync();
            await storage.Retention.SetAsync(run, retention, Token);
            return run;
        }

        async Task<int> GoneAsync(RunId run) => (await storage.Retention.FindRoomAsync(run, Token))!.Gone;
    }

    [Fact]
    public async Task LetGoAsync_ManyAnalyses_FreesTheRoomThatCompactingGivesBack()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(20, settings: new RunSettings(TopK: 10, Layers: [1]));
        while (await storage.Queue.ClaimNextAsync((CheckpointId?)null, Token) is { } claimed)
        {
            await storage.Queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, Sample.Layout(), 1, Token);
            await storage.Queue.WriteReadingAsync(claimed.Id, claimed.Attempt, ReadingSegment.Prompt, 1, Sample.Packed(1, 4, 200), Token);
            await storage.Queue.CompleteAsync(claimed.Id, claimed.Attempt, [], null, Token);
        }

        await storage.Retention.SetAsync(run, new RunRetention(RetentionKind.Days, 0), Token);
        var before = await storage.Compaction.CompactAsync(null, Token);

        var gone = await storage.Retention.LetGoAsync(null, null, Token);
        var after = await storage.Compaction.CompactAsync(null, Token);

        Assert.Equal((20, 20L * 4 * 199 * 4), (gone.Analyses, gone.Bytes));
        Assert.InRange(before.BytesAfter - after.BytesAfter, gone.Bytes * 9 / 10, gone.Bytes * 2);
    }

    [Theory]
    [InlineData(RetentionKind.Days, null)]
    [InlineData(RetentionKind.Days, -1)]
    [InlineData(RetentionKind.Days, 36_501)]
    [InlineData(RetentionKind.Pinned, 7)]
    public async Task SetAsync_RuleThatIsNone_Throws(RetentionKind kind, int? days)
    {
        await using var storage = await TestStorage.CreateAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => storage.Retention.SetAsync(RunId.New(), new RunRetention(kind, days), Token));
    }

    [Fact]
    public async Task LetGoAsync_OnAFullDisk_SaysSoAndLosesNothing()
    {
        using var disk = SmallDisk.Mount(8 << 20);
        await using var storage = await TestStorage.CreateAsync(Path.Combine(disk.Path, "logitlens.db"));
        var run = await storage.AddRunAsync(3);
        var ids = new List<AnalysisId> { await storage.FinishNextAsync(), await storage.FinishNextAsync(), await storage.FinishNextAsync() };
        await storage.Retention.SetAsync(run, new RunRetention(RetentionKind.Summaries), Token);
        await storage.Compaction.CompactAsync(null, Token);
        disk.Fill();

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Retention.LetGoAsync(null, null, Token));

        Assert.Contains("no space left", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, ReadingCodec.Unpack((await storage.Readings.ReadAsync(ids[0], 0, Token))[0]).TopK);
        disk.Free();
        Assert.Equal(3, (await storage.Retention.LetGoAsync(null, null, Token)).Analyses);
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task LetGoAsync_OnAReadOnlyDisk_SaysSoAndLeavesTheFile()
    {
        using var disk = SmallDisk.Mount(8 << 20);
        var path = Path.Combine(disk.Path, "logitlens.db");
        await using (var storage = await TestStorage.CreateAsync(path))
        {
            var run = await storage.AddRunAsync(2);
            await storage.FinishNextAsync();
            await storage.FinishNextAsync();
            await storage.Retention.SetAsync(run, new RunRetention(RetentionKind.Summaries), Token);
        }

        var before = await File.ReadAllBytesAsync(path, Token);
        disk.MakeReadOnly();
        await using (var storage = TestStorage.At(path))
        {
            var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Retention.LetGoAsync(null, null, Token));
            Assert.Contains("cannot be", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(path, Token));
        disk.MakeWritable();
        await using var after = await TestStorage.CreateAsync(path);
        Assert.Equal(2, (await after.Retention.LetGoAsync(null, null, Token)).Analyses);
        Assert.Empty((await after.Check.CheckAsync(null, Token)).Findings);
    }
}
