using LogitLens.Storage.Statistics;
using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Tests.Care;

public sealed class UpgradeTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string CopyPath => Path.Combine(_folder.Path, $"logitlens-before-upgrade-from-{FirstVersion.Migration}.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task PrepareAsync_DatabaseOfTheFirstVersion_KeepsEveryReadingAndTheDatabaseAsItWas()
    {
        await FirstVersion.WriteAsync(_folder.DatabasePath);
        var old = await FirstVersion.ReadAsync(_folder.DatabasePath);
        Assert.Equal(14, old.Count);
        var bytes = new Dictionary<long, IReadOnlyList<byte[]>>();
        foreach (var id in (long[])[1, 2, 3])
        {
            bytes.Add(id, await FirstVersion.ReadBytesAsync(_folder.DatabasePath, id));
        }

        await using var storage = await TestStorage.CreateAsync(_folder.DatabasePath);

        await FirstVersion.AssertSameAsync(old, storage);
        foreach (var (id, packed) in bytes)
        {
            Assert.Equal(packed, await storage.Readings.ReadAsync(new AnalysisId(id), 0, Token));
        }

        Assert.Equal(0, await storage.CountAsync("PendingDigests"));
        Assert.Equal(0, (await storage.Readings.ReadCurrentAsync(new AnalysisId(8), 0, ReadingPart.Whole, Token))!.Total);
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        var runs = (await storage.Runs.ListAsync(0, 10, Token)).Items;
        Assert.Equal([0, 0, 0, 1, 2], runs.Select(run => run.Counts.Done));
        Assert.Equal([0, 0, 1, 0, 0], runs.Select(run => run.Counts.Failed));
        Assert.Equal([0, 3, 0, 0, 0], runs.Select(run => run.Counts.Cancelled));
        Assert.All(runs, run => Assert.Equal(RunRetention.Default, run.Retention));
        var detail = await storage.DetailAsync(new AnalysisId(1));
        Assert.Equal("There is a cactus on grass", detail.Row.AnswerText);
        Assert.Equal(576, detail.Layout!.Positions.Count(p => p.Kind == 1));
        Assert.Equal(old.Select(r => r.Ids), (await FirstVersion.ReadAsync(CopyPath)).Select(r => r.Ids));

        // What was being computed when the process was killed begins anew.
        Assert.Equal(1, await storage.Queue.RequeueInterruptedAsync(Token));
        Assert.Equal(new AnalysisId(8), (await storage.ClaimAsync()).Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PrepareAsync_DatabaseOfTheFirstVersion_IsSearchable(bool oneToken)
    {
        await FirstVersion.WriteAsync(_folder.DatabasePath);
        if (oneToken)
        {
            await FirstVersion.KeepOneTokenAsync(_folder.DatabasePath);
        }

        var old = await FirstVersion.ReadAsync(_folder.DatabasePath);
        await using var storage = await TestStorage.CreateAsync(_folder.DatabasePath);

        Assert.Equal(oneToken ? 1 : 3, old.Single(r => r is { Analysis: 3, Layer: 0 }).TopK);
        await FirstVersion.AssertSameAsync(old, storage);
        await AssertIndexedAsync(storage, old);
    }

    [Fact]
    public async Task PrepareAsync_DatabaseOfTheFirstVersion_HasStatistics()
    {
        await FirstVersion.WriteAsync(_folder.DatabasePath);
        await using var storage = await TestStorage.CreateAsync(_folder.DatabasePath);

        var all = (await storage.Statistics.ReadAsync(StatisticsQuery.Layers(new AnalysisFilter()), null, Token)).Checkpoints;

        var only = Assert.Single(all);
        Assert.Equal((3, 0), (only.Analyses, only.Missing));
        Assert.Contains(only.Group(PositionGroup.Patches).Layers, layer => layer.Positions > 0);
    }

    [Fact]
    public async Task PrepareAsync_AReadingThatIsDamaged_StopsThereAndCountsNothingTwiceOnceMended()
    {
        await FirstVersion.WriteAsync(_folder.DatabasePath);
        var old = await FirstVersion.ReadAsync(_folder.DatabasePath);
        var good = (await FirstVersion.ReadBytesAsync(_folder.DatabasePath, 2))[1];
        await FirstVersion.SetAsync(_folder.DatabasePath, 2, 6, [1, 2, 3]);
        await using (var stopped = TestStorage.At(_folder.DatabasePath))
        {
            var refused = await Assert.ThrowsAsync<StorageException>(() => stopped.Database.PrepareAsync(Token));
            Assert.Contains("Analysis 2", refused.Message, StringComparison.Ordinal);
            Assert.Equal(2, await stopped.CountAsync("PendingDigests"));
            Assert.NotEqual(0, await stopped.CountAsync("TokenOccurrences"));
        }

        await FirstVersion.SetAsync(_folder.DatabasePath, 2, 6, good);
        await using var storage = await TestStorage.CreateAsync(_folder.DatabasePath);

        Assert.Equal(good, (await storage.Readings.ReadAsync(new AnalysisId(2), 0, Token))[1]);
        await AssertIndexedAsync(storage, old);
    }

    [Fact]
    public async Task PrepareAsync_TheSecondTime_TakesNoSecondCopy()
    {
        await FirstVersion.WriteAsync(_folder.DatabasePath);
        await using (await TestStorage.CreateAsync(_folder.DatabasePath))
        {
        }

        File.Delete(CopyPath);
        await using var again = await TestStorage.CreateAsync(_folder.DatabasePath);

        Assert.False(File.Exists(CopyPath));
    }

    [Fact(Timeout = 240_000)]
    public async Task PrepareAsync_KilledAtAnyMoment_GoesOnAtTheNextStart()
    {
        var token = TestContext.Current.CancellationToken;
        await FirstVersion.WriteAsync(_folder.DatabasePath, copies: 150);
        var old = await FirstVersion.ReadAsync(_folder.DatabasePath);
        var random = new Random(20261125);
        var interrupted = 0;
        for (var kill = 0; kill < 6; kill++)
        {
            var path = Path.Combine(_folder.Path, $"{kill}.db");
            File.Copy(_folder.DatabasePath, path);
            using (var upgrade = KilledWriter.StartUpgrade(path))
            {
                try
                {
                    Assert.Equal("begin", await upgrade.StandardOutput.ReadLineAsync(token));
                    await Task.Delay(random.Next(200, 1200), token);
                }
                finally
                {
                    interrupted += upgrade.HasExited ? 0 : 1;
                    upgrade.Kill();
                    await upgrade.WaitForExitAsync(CancellationToken.None);
                }
            }

            await using var storage = await TestStorage.CreateAsync(path);
            await FirstVersion.AssertSameAsync(old, storage);
            Assert.Empty((await storage.Check.CheckAsync(null, token)).Findings);
        }

        Assert.InRange(interrupted, 1, 6);
    }

    [Theory]
    [InlineData(96)]
    [InlineData(1200)]
    [InlineData(4000)]
    public async Task PrepareAsync_DiskThatIsFull_SaysSoAndGoesOnOnceThereIsRoom(int kibibytesFree)
    {
        using var disk = SmallDisk.Mount(64 << 20);
        var path = Path.Combine(disk.Path, "logitlens.db");
        await FirstVersion.WriteAsync(path, copies: 60);
        var old = await FirstVersion.ReadAsync(path);
        disk.Fill(leave: kibibytesFree << 10);

        await using (var storage = TestStorage.At(path))
        {
            var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Database.PrepareAsync(Token));
            Assert.Contains("no space left", refused.Message, StringComparison.Ordinal);
        }

        disk.Free();
        await using var after = await TestStorage.CreateAsync(path);
        await FirstVersion.AssertSameAsync(old, after);
        Assert.Empty((await after.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task PrepareAsync_OnAReadOnlyDisk_SaysSoAndLeavesTheFile()
    {
        using var disk = SmallDisk.Mount(16 << 20);
        var path = Path.Combine(disk.Path, "logitlens.db");
        await FirstVersion.WriteAsync(path);
        var before = await File.ReadAllBytesAsync(path, Token);
        disk.MakeReadOnly();
        await using var storage = TestStorage.At(path);

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Database.PrepareAsync(Token));

        Assert.Contains("cannot be", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(path, Token));
    }

    [Fact]
    public async Task RestoreAsync_BackupOfTheFirstVersion_IsCheckedAndUpgradedAtTheNextStart()
    {
        var backup = Path.Combine(_folder.Path, "old.db");
        await FirstVersion.WriteAsync(backup);
        var old = await FirstVersion.ReadAsync(backup);
        await using var storage = TestStorage.At(Path.Combine(_folder.Path, "data", "logitlens.db"));

        var restored = await storage.Restore.RestoreAsync(backup, false, null, Token);

        Assert.True(restored.NeedsUpgrade);
        await storage.Database.PrepareAsync(Token);
        await FirstVersion.AssertSameAsync(old, storage);
    }

    /// <summary>Counts, from what was read before the upgrade, at how many places each run's index should have a token.</summary>
    private static async Task AssertIndexedAsync(TestStorage storage, IReadOnlyList<FirstVersion.Reading> old)
    {
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        foreach (var run in (await storage.Runs.ListAsync(0, 10, Token)).Items)
        {
            var done = (await storage.Runs.ListAnalysesAsync(run.Id, AnalysisState.Done, 0, 10, Token)).Items.Select(a => a.Id.Value).ToHashSet();
            var found = await storage.TokenIndex.FindTokensAsync(string.Empty, TokenMatch.Contains, new TokenFilter([run.Id]), null, 2000, Token);
            var readings = old.Where(r => done.Contains(r.Analysis)).ToList();
            var counted = readings.Sum(r => r.Scores.Where((score, i) => i % r.TopK == 0 || Math.Exp(score) >= run.IndexThreshold).Count()
                + r.TrackedScores.Where((score, i) => Math.Exp(score) >= run.IndexThreshold
                    && !r.Ids.AsSpan(i / r.Tracked.Length * r.TopK, r.TopK).Contains(r.Tracked[i % r.Tracked.Length])).Count());

            Assert.Equal(counted > 0, done.Count > 0);
            Assert.True(counted >= readings.Sum(r => r.Positions));
            Assert.Equal(counted, found.Items.Sum(t => t.Positions));
        }
    }
}
