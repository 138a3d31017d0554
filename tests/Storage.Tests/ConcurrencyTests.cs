namespace LogitLens.Storage.Tests;

public sealed class ConcurrencyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readers_WhileAWriterWrites_SeeWholeStatesOnly()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(6);
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(ReadUntilStoppedAsync, Token)).ToArray();

        for (var i = 0; i < 6; i++)
        {
            await storage.FinishNextAsync();
        }

        await stop.CancelAsync();
        var reads = await Task.WhenAll(readers);

        Assert.InRange(reads.Sum(), 1, int.MaxValue);
        Assert.Equal(6, (await storage.Runs.FindAsync(run, Token))?.Counts.Done);

        async Task<int> ReadUntilStoppedAsync()
        {
            var count = 0;
            for (; !stop.IsCancellationRequested; count++)
            {
                var page = await storage.Runs.ListAnalysesAsync(run, null, 0, 20, Token);
                Assert.Equal(6, (await storage.Runs.FindAsync(run, Token))?.Counts.Total);
                foreach (var row in page.Items.Where(r => r.State is AnalysisState.Running or AnalysisState.Done))
                {
                    var now = Assert.IsType<AttemptReadings>(await storage.Readings.ReadCurrentAsync(row.Id, 0, ReadingPart.Whole, Token));
                    Assert.Equal(now.Total, now.Packed.Count);
                    Assert.True(now.State != AnalysisState.Done || now.Total == 3);
                    Assert.Equal(Enumerable.Range(0, now.Total), now.Packed.Select(p => ReadingCodec.Unpack(p).Layer));
                }
            }

            return count;
        }
    }

    [Fact]
    public async Task ClaimNextAsync_FromTwoPrograms_NeverTheSameAnalysis()
    {
        await using var one = await TestStorage.CreateAsync();
        await using var two = TestStorage.At(one.Path);
        await one.AddRunAsync(40);

        var claims = await Task.WhenAll(ClaimAllAsync(one), ClaimAllAsync(one), ClaimAllAsync(two), ClaimAllAsync(two));

        var ids = claims.SelectMany(c => c).ToList();
        Assert.Equal(40, ids.Count);
        Assert.Equal(40, ids.Distinct().Count());

        static async Task<List<AnalysisId>> ClaimAllAsync(TestStorage storage)
        {
            var ids = new List<AnalysisId>();
            while (await storage.Queue.ClaimNextAsync(null, Token) is { } claimed)
            {
                ids.Add(claimed.Id);
            }

            return ids;
        }
    }

    [Fact]
    public async Task Writes_FromManyTasks_AllSucceed()
    {
        await using var storage = await TestStorage.CreateAsync();

        var rows = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => storage.Images.AddAsync(Sample.Image($"{i % 50}.png"), Token)));

        Assert.Equal(50, rows.Select(r => r.Id).Distinct().Count());
    }

    [Fact]
    public async Task DeleteAsync_WhileAnotherRunIsAnalysed_BothSucceed()
    {
        await using var storage = await TestStorage.CreateAsync();
        var old = await storage.AddRunAsync(40, images: "old");
        for (var i = 0; i < 40; i++)
        {
            await storage.FinishNextAsync();
        }

        var current = await storage.AddRunAsync(10, "other", images: "new");

        await Task.WhenAll(storage.Runs.DeleteAsync(old, Token), Task.Run(FinishTenAsync, Token));

        Assert.Null(await storage.Runs.FindAsync(old, Token));
        Assert.Equal(10, (await storage.Runs.FindAsync(current, Token))?.Counts.Done);
        Assert.Equal(10, (await storage.Images.ListAsync(null, 0, 1, Token)).Total);
        Assert.Empty(await storage.Database.CheckAsync(Token));

        async Task FinishTenAsync()
        {
            for (var i = 0; i < 10; i++)
            {
                await storage.FinishNextAsync();
            }
        }
    }

    [Fact]
    public async Task WriteAsync_CancelledWhileWaiting_LeavesTheQueueUsable()
    {
        await using var storage = await TestStorage.CreateAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storage.Images.AddAsync(Sample.Image(), cancelled.Token));

        Assert.NotNull(await storage.Images.AddAsync(Sample.Image(), Token));
    }
}
