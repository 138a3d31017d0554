namespace LogitLens.Storage.Tests.Readings;

public sealed class ReadingStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_PromptAndAnswer_ComesInCommitOrder()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var claimed = await storage.ClaimAsync();
        await storage.WriteAsync(claimed);
        foreach (var layer in new[] { 0, 1, 2 })
        {
            Assert.True(await storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Answer, layer, Sample.Packed(layer, 1, 2, 4), Token));
        }

        var all = await storage.Readings.ReadAsync(claimed.Id, 0, Token);
        var rest = await storage.Readings.ReadAsync(claimed.Id, 4, Token);

        Assert.Equal([(0, 0), (1, 0), (2, 0), (0, 4), (1, 4), (2, 4)], all.Select(p => ReadingCodec.Unpack(p)).Select(a => (a.Layer, a.FirstPosition)));
        Assert.Equal(all.Skip(4), rest);
        Assert.Empty(await storage.Readings.ReadAsync(claimed.Id, 6, Token));
    }

    [Fact]
    public async Task ReadCurrentAsync_WhileRunning_NamesAttemptStateAndCount()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var claimed = await storage.ClaimAsync();
        await storage.WriteAsync(claimed);

        var now = await storage.Readings.ReadCurrentAsync(claimed.Id, 2, ReadingPart.Whole, Token);

        Assert.NotNull(now);
        Assert.Equal((1, AnalysisState.Running, 3, 1), (now.Attempt, now.State, now.Total, now.Packed.Count));
        Assert.Null(await storage.Readings.ReadCurrentAsync(new AnalysisId(999), 0, ReadingPart.Whole, Token));
        Assert.Empty(await storage.Readings.ReadAsync(new AnalysisId(999), 0, Token));
    }

    [Fact]
    public async Task ReadLayerAsync_OneLayer_IsByteEqual()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var id = await storage.FinishNextAsync();

        Assert.Equal(Sample.Packed(2), await storage.Readings.ReadLayerAsync(id, ReadingSegment.Prompt, 2, Token));
        Assert.Null(await storage.Readings.ReadLayerAsync(id, ReadingSegment.Prompt, 3, Token));
        Assert.Null(await storage.Readings.ReadLayerAsync(id, ReadingSegment.Answer, 2, Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Parts_RunningOrDone_JoinToWhatWasWritten(bool isDone)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var claimed = await storage.ClaimAsync();
        await storage.WriteAsync(claimed);
        for (var layer = 0; layer < 3; layer++)
        {
            await storage.Queue.WriteReadingAsync(claimed.Id, 1, ReadingSegment.Answer, layer, Sample.Packed(layer, 1, 2, 4), Token);
        }

        if (isDone)
        {
            Assert.True(await storage.Queue.CompleteAsync(claimed.Id, 1, [5, 2], "a", Token));
        }

        var whole = await storage.Readings.ReadAsync(claimed.Id, 0, Token);
        var summaries = (await storage.Readings.ReadCurrentAsync(claimed.Id, 0, ReadingPart.Summary, Token))!.Packed;
        var rests = (await storage.Readings.ReadCurrentAsync(claimed.Id, 0, ReadingPart.Rest, Token))!.Packed;

        Assert.Equal([.. Enumerable.Range(0, 3).Select(l => Sample.Packed(l)), .. Enumerable.Range(0, 3).Select(l => Sample.Packed(l, 1, 2, 4))], whole);
        Assert.Equal(whole, summaries.Zip(rests, (summary, rest) => ReadingCodec.Join(summary, rest)));
        Assert.Equal(whole[4], await storage.Readings.ReadLayerAsync(claimed.Id, ReadingSegment.Answer, 1, Token));
        Assert.Equal(summaries[4], await storage.Readings.ReadLayerAsync(claimed.Id, ReadingSegment.Answer, 1, ReadingPart.Summary, Token));
        Assert.Equal(rests[4], await storage.Readings.ReadLayerAsync(claimed.Id, ReadingSegment.Answer, 1, ReadingPart.Rest, Token));
        var streamed = new List<byte[]>();
        await foreach (var layer in storage.Readings.StreamLayersAsync(claimed.Id, Token))
        {
            streamed.Add(ReadingCodec.Pack(layer, 1024));
        }

        Assert.Equal(whole, streamed);
        var packed = await storage.Readings.ReadPackedAsync(claimed.Id, Token);
        Assert.Equal(isDone, packed is not null);
        if (packed is not null)
        {
            Assert.Equal(whole, packed.Join(ReadingSegment.Prompt).Concat(packed.Join(ReadingSegment.Answer)));
        }

        Assert.Equal(isDone ? 0 : 6, await storage.CountAsync("LayerSummaries"));
        Assert.Equal(isDone ? 2 : 0, await storage.CountAsync("Summaries"));
    }
}
