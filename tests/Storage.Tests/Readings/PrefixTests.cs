using System.Globalization;
using System.Text.Json;
using LogitLens.Storage.Care;
using LogitLens.Storage.Statistics;
using LogitLens.Storage.Tokens;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Tests.Readings;

/// <summary>What prompts on one picture share is kept once, and nobody who reads can tell.</summary>
public sealed class PrefixTests
{
    private static readonly RunSettings Tracking = new(TopK: 4, TrackedTokens: [7, 3]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int, int> Settings => new() { { 4, 0 }, { 4, 2 }, { 1, 0 }, { 1, 2 }, { 10, 0 } };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Read_WhileRunning_GivesWhatWasGiven(int k, int tracked)
    {
        await using var storage = await TestStorage.CreateAsync();
        await Questions.AddAsync(storage, 3, new RunSettings(k, TrackedTokens: [.. Enumerable.Range(3, tracked)]));
        var claimed = await Questions.ClaimAsync(storage);
        await Questions.BeginAsync(storage, claimed);

        for (var layer = 0; layer < Questions.Layers; layer++)
        {
            // In another order than they began in.
            for (var question = claimed.Count - 1; question >= 0; question--)
            {
                await Questions.WriteLayerAsync(storage, claimed[question], question, layer);
                await AssertReadsAsync(storage, claimed[question], question, layer + 1);
            }
        }

        Assert.Equal((1, Questions.Layers, 0), await Questions.CountAsync(storage));
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Read_OnceDone_GivesWhatWasGiven(int k, int tracked)
    {
        await using var storage = await TestStorage.CreateAsync();

        var (_, claimed) = await Questions.FinishAsync(storage, 8, new RunSettings(k, TrackedTokens: [.. Enumerable.Range(3, tracked)]));

        Assert.Equal((1, Questions.Layers, 1), await Questions.CountAsync(storage));
        for (var question = 0; question < claimed.Count; question++)
        {
            await AssertReadsAsync(storage, claimed[question], question, Questions.Layers);
            var packed = (await storage.Readings.ReadPackedAsync(claimed[question].Id, Token))!;
            var given = Enumerable.Range(0, Questions.Layers).Select(layer => Questions.Packed(question, layer, claimed[question].Settings)).ToList();
            Assert.Equal(given.SelectMany(layer => ReadingCodec.Split(layer).Summary), Assert.Single(packed.Summaries).Packed);
            Assert.Equal(given.Select(layer => ReadingCodec.Split(layer).Others), packed.Rests.Select(rest => rest.Packed));
            Assert.Equal(Questions.Shared, (await storage.DetailAsync(claimed[question].Id)).SharedPositions);
        }

        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Empty(await storage.Database.CheckAsync(Token));
    }

    [Fact]
    public async Task Digests_SharedOrNot_AreTheSameBytes()
    {
        await using var together = await TestStorage.CreateAsync();
        await using var alone = await TestStorage.CreateAsync();
        await Questions.FinishAsync(together, 8, Tracking);
        await Questions.FinishAsync(alone, 8, Tracking, shared: false);

        foreach (var table in new[] { "TokenOccurrences", "TokenTotals", "AnalysisAggregates", "AnalysisLayouts", "UnsummedAnalyses" })
        {
            Assert.Equal(await RowsAsync(alone, table), await RowsAsync(together, table));
        }

        Assert.Equal((0, 0, 0), await Questions.CountAsync(alone));
    }

    [Fact]
    public async Task Statistics_FromSharedSummariesAndRests_AreThoseOfUnsharedOnes()
    {
        await using var together = await TestStorage.CreateAsync();
        await using var alone = await TestStorage.CreateAsync();
        var (_, shared) = await Questions.FinishAsync(together, 5);
        var (_, own) = await Questions.FinishAsync(alone, 5, shared: false);

        foreach (var criterion in Enum.GetValues<BestLayerCriterion>())
        {
            // A selection that is no whole run, with a window of its own: computed from summaries, and from rests where the margin needs rank 1.
            var there = await OneAsync(together, shared, criterion, StatisticsPart.Layers);
            var here = await OneAsync(alone, own, criterion, StatisticsPart.Layers);
            foreach (var group in Enum.GetValues<PositionGroup>())
            {
                Assert.Equal(JsonSerializer.Serialize(here.Group(group)), JsonSerializer.Serialize(there.Group(group)));
            }

            there = await OneAsync(together, shared, criterion, StatisticsPart.TokensAndMaps);
            here = await OneAsync(alone, own, criterion, StatisticsPart.TokensAndMaps);
            Assert.Equal(JsonSerializer.Serialize(here.Tokens(PositionGroup.Patches, 1, 100)), JsonSerializer.Serialize(there.Tokens(PositionGroup.Patches, 1, 100)));
            Assert.Equal(JsonSerializer.Serialize(here.Map(MapQuantity.Entropy, 1)), JsonSerializer.Serialize(there.Map(MapQuantity.Entropy, 1)));
        }

        static async Task<CheckpointStatistics> OneAsync(TestStorage storage, IReadOnlyList<ClaimedAnalysis> claimed, BestLayerCriterion criterion, StatisticsPart part)
        {
            var scope = new AnalysisFilter(Analyses: [.. claimed.Take(3).Select(one => one.Id)]);
            var options = StatisticsOptions.Default with { FirstLayer = 0, LastLayer = 1, Criterion = criterion };
            var found = Assert.Single((await storage.Statistics.ReadAsync(new StatisticsQuery(scope, options, part), null, Token)).Checkpoints);
            Assert.Equal(3, found.Analyses);
            return found;
        }
    }

    [Fact]
    public async Task Bytes_OfEightQuestions_AreThePrefixOnceAndEachOnesOwn()
    {
        await using var storage = await TestStorage.CreateAsync();

        var (run, claimed) = await Questions.FinishAsync(storage, 8, Tracking);

        // By ADR 1: a header, then planes on multiples of 4.
        var rests = Questions.Layers * (RestOf(Questions.Shared) + Enumerable.Range(0, 8).Sum(question => RestOf(Questions.PositionsOf(question) - Questions.Shared)));
        var summaries = Questions.Layers * (SummaryOf(Questions.Shared) + Enumerable.Range(0, 8).Sum(question => SummaryOf(Questions.PositionsOf(question) - Questions.Shared)));
        var sizes = await storage.Sizes.ReadAsync(Token);
        var room = (await storage.Retention.FindRoomAsync(run, Token))!;
        Assert.Equal(rests, sizes.Parts.Single(part => part.Kind == DataKind.Readings).Bytes);
        Assert.Equal(summaries, sizes.Parts.Single(part => part.Kind == DataKind.Summaries).Bytes);
        Assert.Equal((summaries, rests, 0, 8), (room.Summaries, room.Rests, room.Gone, room.Done));
        Assert.Equal(8, claimed.Count);

        static long Aligned(long length) => (length + 3) / 4 * 4;
        static long RestOf(long positions) => 32 + Aligned(positions * 3 * 2) + Aligned(positions * 3 * 2) + (2 * 4) + Aligned(positions * 2 * 2) + (positions * 2 * 4);
        static long SummaryOf(long positions) => 32 + Aligned(positions * 2) + Aligned(positions * 2) + Aligned(positions * 2);
    }

    [Fact]
    public async Task Write_StartsThatDiffer_StayWithTheirAnalysis()
    {
        await using var storage = await TestStorage.CreateAsync();
        await Questions.AddAsync(storage, 2);
        var claimed = await Questions.ClaimAsync(storage);
        await Questions.BeginAsync(storage, claimed);
        var given = new List<byte[]>();
        for (var layer = 0; layer < Questions.Layers; layer++)
        {
            await Questions.WriteLayerAsync(storage, claimed[0], 0, layer);
            var arrays = Questions.Arrays(1, layer, claimed[1].Settings);

            // Layer 1 differs in a lower rank, layer 2 in its top-1 token.
            arrays.Ids[2 - layer] = (arrays.Ids[2 - layer] + (layer == 0 ? 0 : 1)) % 1024;
            given.Add(ReadingCodec.Pack(arrays, 1024));
            await storage.Queue.WriteReadingAsync(claimed[1].Id, claimed[1].Attempt, ReadingSegment.Prompt, layer, given[^1], Token);
        }

        Assert.Equal(given, await storage.Readings.ReadAsync(claimed[1].Id, 0, Token));
        await Questions.CompleteAsync(storage, [claimed[1], claimed[0]]);

        Assert.Equal(given, await storage.Readings.ReadAsync(claimed[1].Id, 0, Token));
        await AssertReadsAsync(storage, claimed[0], 0, Questions.Layers);
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task WriteLayoutsAsync_OneTakenAway_TheOthersShare()
    {
        await using var storage = await TestStorage.CreateAsync();
        await Questions.AddAsync(storage, 3);
        var claimed = await Questions.ClaimAsync(storage);
        await storage.Runs.CancelAsync(claimed[1].Id, Token);

        var running = await storage.Queue.WriteLayoutsAsync(
            [.. claimed.Select((one, question) => new StartedAnalysis(one.Id, one.Attempt, Questions.Layout(question)))], Questions.Shared, Questions.Layers, Token);

        Assert.Equal([true, false, true], running);
        Assert.Equal((1, 0, 0), await Questions.CountAsync(storage));
        Assert.Equal(0, (await storage.DetailAsync(claimed[1].Id)).SharedPositions);
    }

    [Fact]
    public async Task WriteLayoutsAsync_OnlyOneLeft_SharesNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        await Questions.AddAsync(storage, 2);
        var claimed = await Questions.ClaimAsync(storage);
        await storage.Runs.CancelAsync(claimed[0].Id, Token);

        await storage.Queue.WriteLayoutsAsync(
            [.. claimed.Select((one, question) => new StartedAnalysis(one.Id, one.Attempt, Questions.Layout(question)))], Questions.Shared, Questions.Layers, Token);

        Assert.Equal((0, 0, 0), await Questions.CountAsync(storage));
    }

    [Fact]
    public async Task WriteLayoutsAsync_NothingBehindThePicture_IsRefused()
    {
        await using var storage = await TestStorage.CreateAsync();
        await Questions.AddAsync(storage, 2);
        var claimed = await Questions.ClaimAsync(storage);
        var started = claimed.Select((one, question) => new StartedAnalysis(one.Id, one.Attempt, Questions.Layout(question))).ToList();

        await Assert.ThrowsAsync<ArgumentException>(() => storage.Queue.WriteLayoutsAsync(started, Questions.PositionsOf(0), Questions.Layers, Token));

        Assert.Null((await storage.DetailAsync(claimed[0].Id)).Layout);
    }

    [Fact]
    public async Task WriteLayoutsAsync_OfTwoRuns_IsRefusedAndChangesNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        await Questions.AddAsync(storage, 1);
        await Questions.AddAsync(storage, 1);
        ClaimedAnalysis[] claimed = [await storage.ClaimAsync(), await storage.ClaimAsync()];

        await Assert.ThrowsAsync<ArgumentException>(() => storage.Queue.WriteLayoutsAsync(
            [.. claimed.Select((one, question) => new StartedAnalysis(one.Id, one.Attempt, Questions.Layout(question)))], Questions.Shared, Questions.Layers, Token));

        Assert.Equal((0, 0, 0), await Questions.CountAsync(storage));
        Assert.Null((await storage.DetailAsync(claimed[0].Id)).Layout);
    }

    [Fact]
    public async Task Cancel_OneOfAGroup_LeavesTheOthersTheirReadings()
    {
        await using var storage = await TestStorage.CreateAsync();
        await Questions.AddAsync(storage, 3);
        var claimed = await Questions.ClaimAsync(storage);
        await Questions.BeginAsync(storage, claimed);
        await Questions.WriteLayerAsync(storage, claimed[0], 0, 0);
        await Questions.WriteLayerAsync(storage, claimed[1], 1, 0);

        await storage.Runs.CancelAsync(claimed[0].Id, Token);

        await AssertReadsAsync(storage, claimed[1], 1, 1);
        for (var layer = 0; layer < Questions.Layers; layer++)
        {
            Assert.False(await storage.Queue.WriteReadingAsync(claimed[0].Id, 1, ReadingSegment.Prompt, layer, Questions.Packed(0, layer, claimed[0].Settings), Token));
            if (layer > 0)
            {
                await Questions.WriteLayerAsync(storage, claimed[1], 1, layer);
            }

            await Questions.WriteLayerAsync(storage, claimed[2], 2, layer);
        }

        await Questions.CompleteAsync(storage, [claimed[1], claimed[2]]);
        await AssertReadsAsync(storage, claimed[1], 1, Questions.Layers);
        await AssertReadsAsync(storage, claimed[2], 2, Questions.Layers);
        Assert.Empty(await storage.Readings.ReadAsync(claimed[0].Id, 0, Token));
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("fail")]
    [InlineData("release")]
    [InlineData("restart")]
    [InlineData("delete")]
    public async Task Group_ThatEndsHalfWay_LeavesNothing(string end)
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await Questions.AddAsync(storage, 3);
        var claimed = await Questions.ClaimAsync(storage);
        await Questions.BeginAsync(storage, claimed);
        await Questions.WriteLayerAsync(storage, claimed[0], 0, 0);
        await Questions.WriteLayerAsync(storage, claimed[1], 1, 0);
        Assert.Equal((1, 1, 0), await Questions.CountAsync(storage));

        switch (end)
        {
            case "cancel":
                await storage.Runs.CancelAsync(run, Token);
                break;
            case "fail":
                foreach (var one in claimed)
                {
                    await storage.Queue.FailAsync(one.Id, one.Attempt, "No.", Token);
                }

                break;
            case "release":
                foreach (var one in claimed)
                {
                    await storage.Queue.ReleaseAsync(one.Id, one.Attempt, Token);
                }

                break;
            case "restart":
                Assert.Equal(3, await storage.Queue.RequeueInterruptedAsync(Token));
                break;
            default:
                await storage.Runs.DeleteAsync(run, Token);
                break;
        }

        Assert.Equal((0, 0, 0), await Questions.CountAsync(storage));
        Assert.Equal(0, await storage.CountAsync("Readings"));
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task Retry_AfterAGroupWasCancelled_SharesAnew()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await Questions.AddAsync(storage, 3);
        var first = await Questions.ClaimAsync(storage);
        await Questions.BeginAsync(storage, first);
        await Questions.WriteLayerAsync(storage, first[0], 0, 0);
        await storage.Runs.CancelAsync(run, Token);
        await storage.Runs.RetryAsync(run, Token);

        var claimed = await Questions.ClaimAsync(storage);
        await Questions.BeginAsync(storage, claimed);
        await Questions.WriteAsync(storage, claimed);
        await Questions.CompleteAsync(storage, claimed);

        Assert.Equal((1, Questions.Layers, 1), await Questions.CountAsync(storage));
        await AssertReadsAsync(storage, claimed[2], 2, Questions.Layers);
    }

    [Fact]
    public async Task Delete_OneAnalysisAfterAnother_FreesThePrefixWithTheLast()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (_, claimed) = await Questions.FinishAsync(storage, 3);

        for (var question = 0; question < 3; question++)
        {
            Assert.Equal((1, Questions.Layers, 1), await Questions.CountAsync(storage));
            for (var left = question; left < 3; left++)
            {
                await AssertReadsAsync(storage, claimed[left], left, Questions.Layers);
            }

            // Whoever deletes: no store stands between this and the tables.
            await ExecuteAsync(storage, $"DELETE FROM Analyses WHERE Id = {claimed[question].Id.Value}");
        }

        Assert.Equal((0, 0, 0), await Questions.CountAsync(storage));
    }

    [Fact]
    public async Task Delete_OneRunOfTwo_LeavesTheOthersPrefix()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (gone, _) = await Questions.FinishAsync(storage, 3);
        var (_, claimed) = await Questions.FinishAsync(storage, 3);
        Assert.Equal(2, (await Questions.CountAsync(storage)).Prefixes);

        await storage.Runs.DeleteAsync(gone, Token);

        Assert.Equal((1, Questions.Layers, 1), await Questions.CountAsync(storage));
        await AssertReadsAsync(storage, claimed[1], 1, Questions.Layers);
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task Search_ForAToken_FindsEveryAnalysisThatSharesIt()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (_, claimed) = await Questions.FinishAsync(storage, 8);
        var id = Questions.Arrays(0, 1, claimed[0].Settings).Ids[4 * claimed[0].Settings.TopK];

        var found = await storage.TokenIndex.FindOccurrencesAsync(new OccurrenceQuery([id], "", TokenMatch.Exact, new TokenFilter(CheckpointHash: "hash-of-demo")), Token);

        Assert.Equal(claimed.Select(one => one.Id.Value), found.Items.Select(hit => hit.Analysis.Id.Value).Order());
    }

    [Fact]
    public async Task FindPastCostAsync_OfSharedAnalyses_CountsAllPositionsAndWhatIsShared()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (run, _) = await Questions.FinishAsync(storage, 6);

        var cost = (await storage.Runs.FindPastCostAsync(run, Token))!;

        Assert.Equal(Enumerable.Range(0, 6).Average(Questions.PositionsOf), cost.PositionsEach, 0.5);
        Assert.Equal((Questions.Shared, 5.0 / 6), (cost.PositionsToShare, cost.Spared));
        var room = (await storage.Retention.FindRoomAsync(run, Token))!;
        Assert.InRange(cost.ReadingBytes(6, Questions.Layers, 4, 0, spared: 5), (room.Summaries + room.Rests) * 0.9, (room.Summaries + room.Rests) * 1.1);
    }

    private static async Task AssertReadsAsync(TestStorage storage, ClaimedAnalysis one, int question, int layers)
    {
        var given = Enumerable.Range(0, layers).Select(layer => Questions.Packed(question, layer, one.Settings)).ToList();
        Assert.Equal(given, await storage.Readings.ReadAsync(one.Id, 0, Token));
        Assert.Equal(given.Skip(1), await storage.Readings.ReadAsync(one.Id, 1, Token));
        var split = given.ConvertAll(layer => ReadingCodec.Split(layer));
        Assert.Equal(split.Select(s => s.Summary), (await storage.Readings.ReadCurrentAsync(one.Id, 0, ReadingPart.Summary, Token))!.Packed);
        Assert.Equal(split.Select(s => s.Others), (await storage.Readings.ReadCurrentAsync(one.Id, 0, ReadingPart.Rest, Token))!.Packed);
        for (var layer = 0; layer < layers; layer++)
        {
            Assert.Equal(given[layer], await storage.Readings.ReadLayerAsync(one.Id, ReadingSegment.Prompt, layer, Token));
            Assert.Equal(split[layer].Summary, await storage.Readings.ReadLayerAsync(one.Id, ReadingSegment.Prompt, layer, ReadingPart.Summary, Token));
            Assert.Equal(split[layer].Others, await storage.Readings.ReadLayerAsync(one.Id, ReadingSegment.Prompt, layer, ReadingPart.Rest, Token));
        }

        var streamed = new List<byte[]>();
        await foreach (var layer in storage.Readings.StreamLayersAsync(one.Id, Token))
        {
            streamed.Add(ReadingCodec.Pack(layer, 1024));
        }

        Assert.Equal(given, streamed);
    }

    private static async Task ExecuteAsync(TestStorage storage, string sql)
    {
        await using var connection = new SqliteConnection(storage.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<List<string>> RowsAsync(TestStorage storage, string table)
    {
        await using var connection = new SqliteConnection(storage.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM \"{table}\" ORDER BY 1, 2";
        await using var reader = await command.ExecuteReaderAsync(Token);
        var rows = new List<string>();
        while (await reader.ReadAsync(Token))
        {
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i) is byte[] bytes
                ? Convert.ToHexString(bytes)
                : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        return rows;
    }
}
