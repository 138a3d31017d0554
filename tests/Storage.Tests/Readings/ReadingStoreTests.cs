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
}
