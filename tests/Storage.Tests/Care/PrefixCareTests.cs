using LogitLens.Storage.Care;
using LogitLens.Storage.Tests.Readings;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Tests.Care;

/// <summary>Care of what several prompts on one picture share.</summary>
public sealed class PrefixCareTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task LetGoAsync_SomeOfThoseWhoShare_KeepsTheSharedRestForTheOthers()
    {
        await using var storage = await TestStorage.CreateAsync();
        var settings = new RunSettings(TopK: 4, TrackedTokens: [7]);
        var run = await Questions.AddAsync(storage, 3, settings);
        var claimed = await Questions.ClaimAsync(storage);
        await Questions.BeginAsync(storage, claimed);
        await Questions.WriteAsync(storage, claimed);
        await Questions.CompleteAsync(storage, [claimed[0], claimed[1]]);
        await storage.Retention.SetAsync(run, new RunRetention(RetentionKind.Summaries), Token);
        var before = (await storage.Retention.FindRoomAsync(run, Token))!;

        var first = await storage.Retention.LetGoAsync(null, null, Token);

        Assert.Equal(2, first.Analyses);
        var between = (await storage.Retention.FindRoomAsync(run, Token))!;
        Assert.Equal((before.Summaries, before.Rests - first.Bytes), (between.Summaries, between.Rests));
        await AssertGoneAsync(0);
        await AssertGoneAsync(1);
        await AssertHereAsync(2);
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);

        // The last one is completed from ranks that are still there; then they go as well.
        await Questions.CompleteAsync(storage, [claimed[2]]);
        await AssertHereAsync(2);
        before = (await storage.Retention.FindRoomAsync(run, Token))!;
        var last = await storage.Retention.LetGoAsync(null, null, Token);

        Assert.Equal(1, last.Analyses);
        var after = (await storage.Retention.FindRoomAsync(run, Token))!;
        Assert.Equal((before.Rests - last.Bytes, 3), (after.Rests, after.Gone));
        Assert.Equal(32 * Questions.Layers * 4, after.Rests);
        for (var question = 0; question < 3; question++)
        {
            await AssertGoneAsync(question);
        }

        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);

        async Task AssertHereAsync(int question) => Assert.Equal(
            Enumerable.Range(0, Questions.Layers).Select(layer => Questions.Packed(question, layer, settings)), await storage.Readings.ReadAsync(claimed[question].Id, 0, Token));

        async Task AssertGoneAsync(int question)
        {
            var now = await storage.Readings.ReadAsync(claimed[question].Id, 0, Token);
            for (var layer = 0; layer < Questions.Layers; layer++)
            {
                var (summary, rest) = ReadingCodec.Split(Questions.Packed(question, layer, settings));
                Assert.Equal(ReadingCodec.Join(summary, ReadingCodec.WithoutRanks(rest)), now[layer]);
            }
        }
    }

    [Theory]
    [InlineData("UPDATE PrefixReadings SET Packed = CAST(substr(Packed, 1, 40) || x'07' || substr(Packed, 42) AS BLOB) WHERE Layer = 1", "Layer 1 that analysis 1 and 2 more shares is no longer what was written")]
    [InlineData("UPDATE PrefixSummaries SET Packed = CAST(substr(Packed, 1, 40) || x'07' || substr(Packed, 42) AS BLOB)", "The summary that analysis 1 and 2 more shares is no longer what was written")]
    [InlineData("DELETE FROM PrefixReadings WHERE Layer = 1", "Layer 1 of the Prompt segment of analysis 2 (picture.png) lacks its first 9 positions")]
    [InlineData("DELETE FROM PrefixSummaries", "The summary of layer 0 of the Prompt segment of analysis 1 (picture.png) lacks its first 9 positions")]
    [InlineData("UPDATE Prefixes SET Positions = 8", "is of another layer or of other positions")]
    [InlineData("UPDATE Analyses SET PrefixId = NULL WHERE Id = 2", "analysis 2 (picture.png) lacks its first 9 positions")]
    public async Task CheckAsync_SharedReadingsThatAreSpoilt_AreNamed(string sql, string sentence)
    {
        await using var storage = await TestStorage.CreateAsync();
        await Questions.FinishAsync(storage, 3);
        await ExecuteAsync(storage.ConnectionString, sql);

        var findings = (await storage.Check.CheckAsync(null, Token)).Findings;

        var finding = findings.FirstOrDefault(f => f.Sentence.Contains(sentence, StringComparison.OrdinalIgnoreCase));
        Assert.True(finding is not null, string.Join("\n", findings));
        Assert.Equal((CheckKind.Reading, false), (finding.Kind, finding.CanBeRepaired));
    }

    [Theory]
    [InlineData("DELETE FROM PrefixReadings WHERE Layer = 1")]
    [InlineData("DELETE FROM PrefixSummaries")]
    [InlineData("UPDATE Analyses SET PrefixId = NULL")]
    public async Task RepairAsync_WhereSharedReadingsAreLost_LeavesIndexAndStatistics(string sql)
    {
        await using var storage = await TestStorage.CreateAsync();
        var (run, _) = await Questions.FinishAsync(storage, 3);
        var tokens = await storage.CountAsync("TokenOccurrences");
        await ExecuteAsync(storage.ConnectionString, sql);

        Assert.Empty(await storage.Repair.RepairAsync(Token));

        Assert.Equal(tokens, await storage.CountAsync("TokenOccurrences"));
        Assert.Equal(3, (await storage.Runs.FindAsync(run, Token))!.Counts.Done);
    }

    [Fact]
    public async Task RepairAsync_PrefixThatNobodyShares_IsDeleted()
    {
        await using var storage = await TestStorage.CreateAsync();
        await Questions.FinishAsync(storage, 3);
        await ExecuteAsync(storage.ConnectionString, "INSERT INTO Prefixes (Positions) VALUES (3)");

        var finding = Assert.Single((await storage.Check.CheckAsync(null, Token)).Findings);
        var done = await storage.Repair.RepairAsync(Token);

        Assert.True(finding.CanBeRepaired);
        Assert.Equal("Prefix 2 is shared by no analysis.", finding.Sentence);
        Assert.Equal("1 prefixes that no analysis shares were deleted.", Assert.Single(done));
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Equal((1, Questions.Layers, 1), await Questions.CountAsync(storage));
    }

    [Fact]
    public async Task BackupCompactAndRestore_KeepSharedReadings()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (gone, _) = await Questions.FinishAsync(storage, 3, image: "other.png");
        var (_, claimed) = await Questions.FinishAsync(storage, 3);
        await storage.Runs.DeleteAsync(gone, Token);
        var copy = Path.Combine(_folder.Path, "copy.db");
        await storage.Backup.WriteAsync(copy, null, Token);
        await storage.Compaction.CompactAsync(null, Token);

        await using var restored = await TestStorage.CreateAsync(copy);
        foreach (var place in (TestStorage[])[storage, restored])
        {
            for (var question = 0; question < 3; question++)
            {
                Assert.Equal(
                    Enumerable.Range(0, Questions.Layers).Select(layer => Questions.Packed(question, layer, claimed[question].Settings)),
                    await place.Readings.ReadAsync(claimed[question].Id, 0, Token));
            }

            Assert.Empty((await place.Check.CheckAsync(null, Token)).Findings);
            Assert.Equal((1, Questions.Layers, 1), await Questions.CountAsync(place));
        }
    }

    internal static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }
}
