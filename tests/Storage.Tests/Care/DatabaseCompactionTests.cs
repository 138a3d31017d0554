using LogitLens.Storage.Care;

namespace LogitLens.Storage.Tests.Care;

public sealed class DatabaseCompactionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CompactAsync_AfterDeleting_ShrinksTheFileAndKeepsTheRest()
    {
        await using var storage = await TestStorage.CreateAsync();
        var big = (await storage.Images.AddAsync(Sample.Image("big.png", new string('x', 5 << 20)), Token)).Id;
        await storage.AddRunAsync(2);
        var id = await storage.FinishNextAsync();
        var readings = await storage.Readings.ReadAsync(id, 0, Token);
        await storage.Images.DeleteUnusedAsync([big], Token);
        Assert.InRange((await storage.Sizes.ReadAsync(Token)).Unused, 5 << 20, 6 << 20);

        var done = await storage.Compaction.CompactAsync(null, Token);

        Assert.InRange(done.BytesBefore - done.BytesAfter, 5 << 20, 20 << 20);
        Assert.Equal(done.BytesAfter, new FileInfo(storage.Path).Length);
        Assert.Equal(0, (await storage.Sizes.ReadAsync(Token)).Unused);
        Assert.Equal(readings, await storage.Readings.ReadAsync(id, 0, Token));
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task CompactAsync_WhileAnalysesAreWritten_LosesNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(60);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 60; i++)
                {
                    await storage.FinishNextAsync();
                }
            },
            Token);

        for (var i = 0; i < 3; i++)
        {
            await storage.Compaction.CompactAsync(null, Token);
        }

        await writing;
        Assert.Equal(60, (await storage.Runs.FindAsync(run, Token))?.Counts.Done);
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task CompactAsync_OnADiskWithTooLittleRoom_SaysHowMuchItNeedsAndLeavesTheDatabase()
    {
        using var disk = SmallDisk.Mount(16 << 20);
        await using var storage = await TestStorage.CreateAsync(Path.Combine(disk.Path, "logitlens.db"));
        await storage.Images.AddAsync(Sample.Image("big.png", new string('x', 5 << 20)), Token);
        disk.Fill(leave: 3 << 20);

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Compaction.CompactAsync(null, Token));

        Assert.Contains("was not compacted: it needs", refused.Message, StringComparison.Ordinal);
        Assert.Contains("free space", refused.Message, StringComparison.Ordinal);
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task CompactAsync_OfAReadOnlyDisk_SaysSo()
    {
        using var disk = SmallDisk.Mount(16 << 20);
        await using var storage = await TestStorage.CreateAsync(Path.Combine(disk.Path, "logitlens.db"));
        await storage.DisposeAsync();
        disk.MakeReadOnly();
        await using var again = TestStorage.At(storage.Path);

        var refused = await Assert.ThrowsAsync<StorageException>(() => again.Compaction.CompactAsync(null, Token));

        Assert.Contains("cannot be", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_OfADatabase_CountsWhatIsThere()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(2);
        await storage.FinishNextAsync();

        var sizes = await storage.Sizes.ReadAsync(Token);

        var images = Assert.Single(sizes.Parts, p => p.Kind == DataKind.Images);
        Assert.Equal((2, (2 * "pixels of picture-0.png".Length) + 6), (images.Count, images.Bytes));
        Assert.Equal(3, Assert.Single(sizes.Parts, p => p.Kind == DataKind.Readings).Count);
        Assert.InRange(sizes.FreeOnDisk ?? 1, 1, long.MaxValue);
        Assert.Equal(new FileInfo(storage.Path).Length, sizes.File);
    }
}
