using System.IO.Compression;
using LogitLens.Storage.Statistics;
using LogitLens.Storage.Tokens;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Tests;

/// <summary>
/// A database as version 0.1 left it (Assets/logitlens-0.1.db.gz): run 1 with k = 3, a tracked token, three Done analyses (the first with an answer), one
/// left Running and one Queued; run 2 with k = 1 and layers 1 and 3.
/// </summary>
public sealed class PreviousVersionTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task PrepareAsync_PreviousVersion_KeepsEveryByteOfDoneReadings()
    {
        Extract();
        var before = await ReadOldAsync();
        await using var storage = await TestStorage.CreateAsync(_folder.DatabasePath);

        Assert.Equal([1, 2, 3, 6], before.Keys);
        Assert.Equal([6, 3, 3, 2], before.Values.Select(blobs => blobs.Count));
        foreach (var (id, blobs) in before)
        {
            Assert.Equal(blobs, await storage.Readings.ReadAsync(new AnalysisId(id), 0, Token));
        }

        Assert.Equal(0, await storage.CountAsync("PendingDigests"));
        Assert.Empty(await storage.Database.CheckAsync(Token));
        Assert.Equal(0, (await storage.Readings.ReadCurrentAsync(new AnalysisId(4), 0, ReadingPart.Whole, Token))!.Total);
        Assert.Equal(1, await storage.Queue.RequeueInterruptedAsync(Token));
        await storage.FinishNextAsync();
    }

    [Fact]
    public async Task PrepareAsync_PreviousVersion_IsSearchable()
    {
        Extract();
        await using var storage = await TestStorage.CreateAsync(_folder.DatabasePath);

        await AssertIndexedAsync(storage);
    }

    [Fact]
    public async Task PrepareAsync_PreviousVersion_HasStatistics()
    {
        Extract();
        await using var storage = await TestStorage.CreateAsync(_folder.DatabasePath);

        var all = (await storage.Statistics.ReadAsync(StatisticsQuery.Layers(new StatisticsScope()), null, Token)).Checkpoints;

        Assert.Equal([("demo", 3, 0), ("other", 1, 0)], all.Select(c => (c.Checkpoint.Name, c.Analyses, c.Missing)));
        Assert.All(all.SelectMany(c => c.Group(PositionGroup.Patches).Layers), layer => Assert.NotEqual(0, layer.Positions));
    }

    [Fact]
    public async Task PrepareAsync_StoppedInBetween_GoesOnAndCountsNothingTwice()
    {
        Extract();
        var good = (await ReadOldAsync())[3][1];
        await SetAsync([1, 2, 3]);
        await using (var stopped = TestStorage.At(_folder.DatabasePath))
        {
            var refused = await Assert.ThrowsAsync<StorageException>(() => stopped.Database.PrepareAsync(Token));
            Assert.Contains("Analysis 3", refused.Message, StringComparison.Ordinal);
            Assert.Equal(2, await stopped.CountAsync("PendingDigests"));
            Assert.NotEqual(0, await stopped.CountAsync("TokenOccurrences"));
        }

        await SetAsync(good);
        await using var storage = await TestStorage.CreateAsync(_folder.DatabasePath);

        Assert.Equal(good, (await storage.Readings.ReadAsync(new AnalysisId(3), 0, Token))[1]);
        await AssertIndexedAsync(storage);
    }

    private static async Task AssertIndexedAsync(TestStorage storage)
    {
        foreach (var run in (await storage.Runs.ListAsync(0, 10, Token)).Items)
        {
            var done = (await storage.Runs.ListAnalysesAsync(run.Id, AnalysisState.Done, 0, 10, Token)).Items;
            var found = await storage.TokenIndex.FindTokensAsync(string.Empty, TokenMatch.Contains, new TokenFilter([run.Id]), null, 1000, Token);
            var layers = run.Settings.Layers?.Count ?? run.Checkpoint.Layers + 1;

            // Four prompt positions per analysis and layer, and the one answer token that was fed back.
            var positions = layers * ((4 * done.Count) + (run.Settings.TopK == 3 ? 1 : 0));
            Assert.Equal(run.Settings.TopK == 1 ? 1 : 3, done.Count);
            if (run.Settings.TopK == 1)
            {
                Assert.Equal(positions, found.Items.Sum(t => t.Positions));
            }

            // With ranks beyond the first that reach the threshold there are more.
            Assert.True(found.Items.Sum(t => t.Positions) >= positions);
            var counted = 0;
            foreach (var analysis in done)
            {
                await foreach (var layer in storage.Readings.StreamLayersAsync(analysis.Id, Token))
                {
                    counted += Enumerable.Range(0, layer.Ids.Length).Count(i => i % layer.TopK == 0 || layer.ProbabilityOf(layer.Scores[i]) >= run.IndexThreshold);
                    counted += layer.TrackedScores
                        .Where((score, row) => layer.ProbabilityOf(score) >= run.IndexThreshold && !layer.Ids.AsSpan(row * layer.TopK, layer.TopK).Contains(layer.Tracked[0]))
                        .Count();
                }
            }

            Assert.Equal(counted, found.Items.Sum(t => t.Positions));
        }
    }

    private void Extract()
    {
        using var asset = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Assets", "logitlens-0.1.db.gz"));
        using var unzipped = new GZipStream(asset, CompressionMode.Decompress);
        using var file = File.Create(_folder.DatabasePath);
        unzipped.CopyTo(file);
    }

    private async Task<SortedDictionary<long, List<byte[]>>> ReadOldAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={_folder.DatabasePath};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT a.Id, r.Packed FROM Readings r JOIN Analyses a ON a.Id = r.AnalysisId WHERE a.State = 2 ORDER BY r.AnalysisId, r.Segment, r.Layer";
        await using var rows = await command.ExecuteReaderAsync(Token);
        var read = new SortedDictionary<long, List<byte[]>>();
        while (await rows.ReadAsync(Token))
        {
            read.TryAdd(rows.GetInt64(0), []);
            read[rows.GetInt64(0)].Add(rows.GetFieldValue<byte[]>(1));
        }

        return read;
    }

    private async Task SetAsync(byte[] packed)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder.DatabasePath};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE Readings SET Packed = $packed WHERE AnalysisId = 3 AND Segment = 0 AND Layer = 1";
        command.Parameters.AddWithValue("$packed", packed);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Token));
    }
}
