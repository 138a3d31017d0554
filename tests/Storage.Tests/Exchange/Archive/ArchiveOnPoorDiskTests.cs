using LogitLens.Storage.Tests.Care;

namespace LogitLens.Storage.Tests.Exchange.Archive;

/// <summary>Archives imported where there is no room, or nothing may be written.</summary>
public sealed class ArchiveOnPoorDiskTests
{
    private const int Analyses = 40;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(160)]
    [InlineData(640)]
    public async Task Import_OntoADiskThatFillsUp_SaysSoAndGoesOnOnceThereIsRoom(int kibibytesFree)
    {
        using var disk = SmallDisk.Mount(16 << 20);
        var archive = await ExportAsync();
        await using var storage = await TestStorage.CreateAsync(Path.Combine(disk.Path, "logitlens.db"));
        await storage.Compaction.CompactAsync(null, Token);
        disk.Fill(leave: kibibytesFree << 10);

        var refused = await Assert.ThrowsAsync<StorageException>(() => ArchiveFile.ImportAsync(storage, archive));

        Assert.Contains("no space left", refused.Message, StringComparison.Ordinal);
        disk.Free();
        var kept = await storage.CountAsync("Analyses");
        Assert.InRange(kept, 0, Analyses - 1);
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        var result = await ArchiveFile.ImportAsync(storage, archive);
        Assert.Equal((Analyses - kept, kept), (result.AnalysesAdded, result.AnalysesKnown));
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Equal(archive, await ArchiveFile.ExportAsync(storage, [.. result.Runs]));
    }

    [Fact]
    public async Task Import_OntoAReadOnlyDisk_SaysSoAndLeavesTheFile()
    {
        using var disk = SmallDisk.Mount(16 << 20);
        var archive = await ExportAsync();
        var path = Path.Combine(disk.Path, "logitlens.db");
        await using (await TestStorage.CreateAsync(path))
        {
        }

        var before = await File.ReadAllBytesAsync(path, Token);
        disk.MakeReadOnly();
        await using (var storage = TestStorage.At(path))
        {
            var refused = await Assert.ThrowsAsync<StorageException>(() => ArchiveFile.ImportAsync(storage, archive));
            Assert.Contains("cannot be", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(path, Token));
        disk.MakeWritable();
        await using var after = await TestStorage.CreateAsync(path);
        Assert.Equal(Analyses, (await ArchiveFile.ImportAsync(after, archive)).AnalysesAdded);
        Assert.Empty((await after.Check.CheckAsync(null, Token)).Findings);
    }

    /// <summary>A run whose readings take about two megabytes.</summary>
    private static async Task<byte[]> ExportAsync()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(Analyses, settings: new RunSettings(TopK: 2));
        for (var i = 0; i < Analyses; i++)
        {
            await storage.FinishNextAsync();
        }

        return await ArchiveFile.ExportAsync(storage, run);
    }
}
