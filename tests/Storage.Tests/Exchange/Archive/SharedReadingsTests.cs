using System.Text;
using System.Text.Json.Nodes;
using LogitLens.Storage.Exchange.Archive;
using LogitLens.Storage.Tests.Readings;

namespace LogitLens.Storage.Tests.Exchange.Archive;

/// <summary>Archives of analyses that keep their first positions together: each is whole by itself, and together they share again.</summary>
public sealed class SharedReadingsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_AnalysesThatShared_ShareAgainAndGiveTheSameBytes()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var (run, _) = await Questions.FinishAsync(source, 8);
        var archive = await ArchiveFile.ExportAsync(source, run);

        var result = await ArchiveFile.ImportAsync(target, archive);

        Assert.Empty(result.Failures);
        Assert.Equal((1, Questions.Layers, 1), await Questions.CountAsync(target));
        await AssertSameAsync(target, run, [.. Enumerable.Range(0, 8)]);
        Assert.Equal(archive, await ArchiveFile.ExportAsync(target, run));
        Assert.Equal((await source.Retention.FindRoomAsync(run, Token))!, (await target.Retention.FindRoomAsync(run, Token))!);
        Assert.Empty((await target.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task Import_OneOfThoseThatShared_IsWholeAndTheRestJoinsIt()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var (run, claimed) = await Questions.FinishAsync(source, 3);
        using var part = new MemoryStream();
        await source.ArchiveWriter.WriteAsync(part, [new ArchiveSelection(run, [claimed[1].Id])], null, Token);

        var first = await ArchiveFile.ImportAsync(target, part.ToArray());

        Assert.Equal(1, first.AnalysesAdded);
        await AssertSameAsync(target, run, [1]);
        Assert.Equal(2, (await ArchiveFile.ImportAsync(target, await ArchiveFile.ExportAsync(source, run))).AnalysesAdded);
        Assert.Equal((1, Questions.Layers, 1), await Questions.CountAsync(target));
        await AssertSameAsync(target, run, [0, 1, 2]);
        Assert.Equal(await ArchiveFile.ExportAsync(source, run), await ArchiveFile.ExportAsync(target, run));
    }

    [Fact]
    public async Task Import_GroupsThatWereComputedApart_KeepApart()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var run = await Questions.AddAsync(source, 4);
        var claimed = await Questions.ClaimAsync(source);
        await Questions.BeginAsync(source, [claimed[0], claimed[1]]);
        await Questions.WriteAsync(source, [claimed[0], claimed[1]]);
        await Questions.CompleteAsync(source, [claimed[0], claimed[1]]);

        // The same picture in another batch: sums in another order, so other last digits.
        await Questions.BeginAsync(source, [claimed[2], claimed[3]]);
        var given = new List<byte[]>();
        for (var question = 2; question < 4; question++)
        {
            for (var layer = 0; layer < Questions.Layers; layer++)
            {
                var arrays = Questions.Arrays(question - 2, layer, claimed[0].Settings);
                arrays.Scores[5] -= 0.25f;
                given.Add(ReadingCodec.Pack(arrays, 1024));
                await source.Queue.WriteReadingAsync(claimed[question].Id, 1, ReadingSegment.Prompt, layer, given[^1], Token);
            }
        }

        await Questions.CompleteAsync(source, [claimed[2], claimed[3]]);
        var archive = await ArchiveFile.ExportAsync(source, run);

        await ArchiveFile.ImportAsync(target, archive);

        Assert.Equal((2, 2 * Questions.Layers, 2), await Questions.CountAsync(target));
        await AssertSameAsync(target, run, [0, 1]);
        var later = (await target.Runs.ListAnalysesAsync(run, null, 2, 2, Token)).Items;
        Assert.Equal(given, [.. await target.Readings.ReadAsync(later[0].Id, 0, Token), .. await target.Readings.ReadAsync(later[1].Id, 0, Token)]);
        Assert.Equal(archive, await ArchiveFile.ExportAsync(target, run));
    }

    [Fact]
    public async Task Import_AfterRanksWereLetGo_SharesWhatIsLeft()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var (run, _) = await Questions.FinishAsync(source, 3);
        await source.Retention.SetAsync(run, new RunRetention(RetentionKind.Summaries), Token);
        await source.Retention.LetGoAsync(null, null, Token);
        var archive = await ArchiveFile.ExportAsync(source, run);

        await ArchiveFile.ImportAsync(target, archive);

        Assert.Equal((1, Questions.Layers, 1), await Questions.CountAsync(target));
        Assert.Equal(archive, await ArchiveFile.ExportAsync(target, run));
        Assert.Empty((await target.Check.CheckAsync(null, Token)).Findings);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(11)]
    [InlineData(2_000_000_000)]
    public async Task Import_OfImpossiblyManySharedPositions_RefusesThatAnalysis(int shared)
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var (run, _) = await Questions.FinishAsync(source, 3);
        var archive = Change(await ArchiveFile.ExportAsync(source, run), 0, record => record["sharedPositions"] = shared);

        var result = await ArchiveFile.ImportAsync(target, archive);

        Assert.Contains("out of range", Assert.Single(result.Failures), StringComparison.Ordinal);
        Assert.Equal(2, result.AnalysesAdded);
        Assert.Empty((await target.Check.CheckAsync(null, Token)).Findings);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task Import_OfOtherSharedPositionsThanThereWere_StillReadsWhatTheArchiveHas(int shared)
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var (run, _) = await Questions.FinishAsync(source, 3);
        var archive = Change(await ArchiveFile.ExportAsync(source, run), 1, record => record["sharedPositions"] = shared);

        Assert.Empty((await ArchiveFile.ImportAsync(target, archive)).Failures);

        await AssertSameAsync(target, run, [0, 1, 2]);
        Assert.Empty((await target.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task Import_WithoutAWordOfSharing_KeepsEachWhole()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var (run, _) = await Questions.FinishAsync(source, 2);
        var archive = await ArchiveFile.ExportAsync(source, run);
        archive = Change(Change(archive, 0, record => Assert.True(record.Remove("sharedPositions"))), 1, record => Assert.True(record.Remove("sharedPositions")));

        await ArchiveFile.ImportAsync(target, archive);

        Assert.Equal((0, 0, 0), await Questions.CountAsync(target));
        await AssertSameAsync(target, run, [0, 1]);
    }

    [Fact]
    public async Task Write_OfWhatIsNotShared_SaysNothingOfIt()
    {
        await using var source = await TestStorage.CreateAsync();
        var (run, _) = await Questions.FinishAsync(source, 2, shared: false);

        var entries = ArchiveFile.Entries(await ArchiveFile.ExportAsync(source, run));

        Assert.DoesNotContain("sharedPositions", Encoding.UTF8.GetString(entries[$"runs/{run}/000000.json"]), StringComparison.Ordinal);
    }

    private static byte[] Change(byte[] archive, int ordinal, Action<JsonObject> change) => ArchiveFile.Change(archive, entries =>
    {
        var name = entries.Keys.Single(key => key.EndsWith($"/{ordinal:D6}.json", StringComparison.Ordinal));
        var record = JsonNode.Parse(entries[name])!.AsObject();
        change(record);
        entries[name] = Encoding.UTF8.GetBytes(record.ToJsonString());
    });

    private static async Task AssertSameAsync(TestStorage storage, RunId run, int[] questions)
    {
        var rows = (await storage.Runs.ListAnalysesAsync(run, null, 0, 20, Token)).Items.Where(row => questions.Contains(row.Ordinal)).ToList();
        Assert.Equal(questions, rows.Select(row => row.Ordinal));
        var settings = (await storage.Runs.FindAsync(run, Token))!.Settings;
        foreach (var row in rows)
        {
            Assert.Equal(
                Enumerable.Range(0, Questions.Layers).Select(layer => Questions.Packed(row.Ordinal, layer, settings)), await storage.Readings.ReadAsync(row.Id, 0, Token));
        }
    }
}
