using System.Security.Cryptography;
using LogitLens.Storage.Care;

namespace LogitLens.Storage.Tests.Care;

public sealed class DatabaseBackupTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WriteAsync_ToAFile_IsTheDatabaseInOneFileWithItsChecksum()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(2);
        var id = await storage.FinishNextAsync();
        var target = Path.Combine(_folder.Path, "copy.db");

        var backup = await storage.Backup.WriteAsync(target, null, Token);

        Assert.Equal(target, backup.Path);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(target, Token))), backup.Sha256);
        Assert.Equal($"{backup.Sha256}  copy.db\n", await File.ReadAllTextAsync(DatabaseBackup.ChecksumPath(target), Token));
        Assert.Equal([target, target + ".sha256"], Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal));
        await using var copy = await TestStorage.CreateAsync(target);
        Assert.Equal(await storage.Readings.ReadAsync(id, 0, Token), await copy.Readings.ReadAsync(id, 0, Token));
        Assert.Empty(await copy.Database.CheckAsync(Token));
    }

    [Fact]
    public async Task WriteAsync_ToAFolder_NamesTheFileByTheTime()
    {
        await using var storage = await TestStorage.CreateAsync();

        var backup = await storage.Backup.WriteAsync(_folder.Path, null, Token);

        Assert.Equal(Path.Combine(_folder.Path, "logitlens-20261124-080000.db"), backup.Path);
        Assert.Equal(storage.Clock.GetUtcNow(), DatabaseBackup.TimeOf(Path.GetFileName(backup.Path)));
    }

    [Fact]
    public async Task WriteAsync_WhileAnalysesAreWritten_ShowsOneMomentAndStallsNobody()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(400);
        for (var i = 0; i < 20; i++)
        {
            await storage.FinishNextAsync();
        }

        // Commits go on for as long as the copying takes: it neither starts over nor waits for them to end.
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(
            async () =>
            {
                var count = 0;
                for (; !stop.IsCancellationRequested && count < 300; count++)
                {
                    await storage.FinishNextAsync();
                }

                return count;
            },
            Token);
        var stages = new List<CareProgress>();
        var backups = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            backups.Add((await storage.Backup.WriteAsync(Path.Combine(_folder.Path, $"{i}.db"), new Collected(stages), Token)).Path);
        }

        await stop.CancelAsync();
        var written = await writing;

        Assert.InRange(written, 1, 300);
        Assert.Contains(stages, s => s is { Stage: "copying", Fraction: 1 });
        foreach (var path in backups)
        {
            await using var copy = await TestStorage.CreateAsync(path);
            var report = await copy.Check.CheckAsync(null, Token);
            Assert.Empty(report.Findings);
            Assert.InRange((await copy.Runs.FindAsync(run, Token))!.Counts.Done, 20, 20 + written);
        }
    }

    [Fact]
    public async Task WriteAsync_ToWhatExists_RefusesAndLeavesIt()
    {
        await using var storage = await TestStorage.CreateAsync();
        var target = Path.Combine(_folder.Path, "thesis.txt");
        await File.WriteAllTextAsync(target, "chapter one", Token);

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Backup.WriteAsync(target, null, Token));

        Assert.Contains($"{target} exists already", refused.Message, StringComparison.Ordinal);
        Assert.Equal("chapter one", await File.ReadAllTextAsync(target, Token));
    }

    [Fact]
    public async Task WriteAsync_OntoTheDatabase_Refuses()
    {
        await using var storage = await TestStorage.CreateAsync();

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Backup.WriteAsync(storage.Path, null, Token));

        Assert.Contains("exists already", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_ToNoFolder_Refuses()
    {
        await using var storage = await TestStorage.CreateAsync();

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Backup.WriteAsync(Path.Combine(_folder.Path, "missing", "a.db"), null, Token));

        Assert.Contains("There is no folder", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_ToAFullDisk_SaysSoBeforeItBegins()
    {
        using var disk = SmallDisk.Mount(8 << 20);
        disk.Fill(leave: 64 << 10);
        await using var storage = await TestStorage.CreateAsync();

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Backup.WriteAsync(disk.Path, null, Token));

        Assert.Contains("was not begun: it needs", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["filler"], Directory.GetFiles(disk.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task WriteAsync_DiskThatFillsMeanwhile_SaysSoAndLeavesNothing()
    {
        using var disk = SmallDisk.Mount(8 << 20);
        await using var storage = await TestStorage.CreateAsync();
        await storage.Images.AddAsync(Sample.Image(content: new string('x', 6 << 20)), Token);
        var filled = false;

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Backup.WriteAsync(disk.Path, new Reacting(FillOnce), Token));

        Assert.Contains("no space left", refused.Message, StringComparison.Ordinal);
        Assert.Contains("nothing of it was kept", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["filler"], Directory.GetFiles(disk.Path).Select(Path.GetFileName));

        void FillOnce(CareProgress progress)
        {
            if (!filled)
            {
                filled = true;
                disk.Fill();
            }
        }
    }

    [Fact]
    public async Task WriteAsync_ToAReadOnlyDisk_SaysSo()
    {
        using var disk = SmallDisk.Mount(8 << 20);
        disk.MakeReadOnly();
        await using var storage = await TestStorage.CreateAsync();

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Backup.WriteAsync(disk.Path, null, Token));

        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
        Assert.Contains("choose another", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_Cancelled_LeavesNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.Images.AddAsync(Sample.Image(content: new string('x', 9 << 20)), Token);
        using var cancelled = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => storage.Backup.WriteAsync(Path.Combine(_folder.Path, "a.db"), new Reacting(_ => cancelled.Cancel()), cancelled.Token));

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task WriteAsync_OfADamagedDatabase_SaysSoAndLeavesNothing()
    {
        var path = Path.Combine(_folder.Path, "source", "logitlens.db");
        await using (var whole = await TestStorage.CreateAsync(path))
        {
            await whole.AddRunAsync(20);
        }

        await using (var stream = File.OpenWrite(path))
        {
            stream.Seek(8192, SeekOrigin.Begin);
            await stream.WriteAsync(Enumerable.Repeat((byte)0xA5, 8192).ToArray(), Token);
        }

        await using var storage = TestStorage.At(path);
        var target = Directory.CreateDirectory(Path.Combine(_folder.Path, "target")).FullName;

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Backup.WriteAsync(target, null, Token));

        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(target));
    }

    [Theory]
    [InlineData("logitlens-20261124-080000.db", true)]
    [InlineData("logitlens-20261124-080000.db.sha256", false)]
    [InlineData("logitlens-replaced-20261124-080000.db", false)]
    [InlineData("logitlens-.db", false)]
    [InlineData("logitlens-", false)]
    [InlineData("mine.db", false)]
    public void TimeOf_Name_KnowsOurs(string name, bool isOurs) => Assert.Equal(isOurs, DatabaseBackup.TimeOf(name) is not null);

    private sealed class Collected(List<CareProgress> into) : IProgress<CareProgress>
    {
        public void Report(CareProgress value) => into.Add(value);
    }

    private sealed class Reacting(Action<CareProgress> react) : IProgress<CareProgress>
    {
        public void Report(CareProgress value) => react(value);
    }
}
