using LogitLens.Storage.Exchange;
using LogitLens.Storage.Exchange.Archive;
using LogitLens.Storage.Labels;

namespace LogitLens.Storage.Tests.Exchange.Archive;

public sealed class ArchiveRoundTripTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_ImportedIntoAnEmptyDatabase_GivesTheSameBytesAgain()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var runs = await AddRunsAsync(source);

        var first = await ArchiveFile.ExportAsync(source, runs);
        var result = await ArchiveFile.ImportAsync(target, first);
        var second = await ArchiveFile.ExportAsync(target, runs);

        Assert.Empty(result.Failures);
        Assert.Equal((2, 5, 0), (result.RunsAdded, result.AnalysesAdded, result.AnalysesKnown));
        Assert.Equal(first, second);
        Assert.Empty(await target.Database.CheckAsync(Token));
    }

    [Fact]
    public async Task Import_DoneAnalysis_HasTheReadingsByteForByte()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var runs = await AddRunsAsync(source);
        var there = (await source.Runs.ListAnalysesAsync(runs[0], AnalysisState.Done, 0, 10, Token)).Items[0];

        await ArchiveFile.ImportAsync(target, await ArchiveFile.ExportAsync(source, runs));

        var here = (await target.Runs.ListAnalysesAsync(runs[0], AnalysisState.Done, 0, 10, Token)).Items[0];
        Assert.Equal(await source.Readings.ReadAsync(there.Id, 0, Token), await target.Readings.ReadAsync(here.Id, 0, Token));
        var kept = (await source.Readings.ReadPackedAsync(there.Id, Token))!;
        var imported = (await target.Readings.ReadPackedAsync(here.Id, Token))!;
        Assert.Equal(kept.Summaries.Select(s => s.Packed), imported.Summaries.Select(s => s.Packed));
        Assert.Equal(kept.Rests.Select(r => r.Packed), imported.Rests.Select(r => r.Packed));
        var expected = await source.DetailAsync(there.Id);
        var actual = await target.DetailAsync(here.Id);
        Assert.Equal(expected.Layout!.Positions, actual.Layout!.Positions);
        Assert.Equal(expected.AnswerIds, actual.AnswerIds);
        Assert.Equal(expected.Row with { Id = here.Id, Image = here.Image, Attempt = here.Attempt }, actual.Row);
        Assert.Equal(await source.Checkpoints.ReadTokensAsync("hash-of-demo", Token), await target.Checkpoints.ReadTokensAsync("hash-of-demo", Token));
    }

    [Fact]
    public async Task Import_TagsAndNotes_ComeWithTheirTimesAndPeopleToWhatBearsNone()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var runs = await AddRunsAsync(source);
        var analysis = (await source.Runs.ListAnalysesAsync(runs[0], AnalysisState.Done, 0, 10, Token)).Items[0];
        LabelSubject[] there = [LabelSubject.Of(analysis.Image), LabelSubject.Of(analysis.Id), LabelSubject.Of(runs[0])];
        await source.Labels.TagAsync(there, "Odd", "Ada", Token);
        source.Clock.Advance(TimeSpan.FromHours(1));
        await source.Labels.TagAsync([there[1]], "ablation", null, Token);
        foreach (var subject in there)
        {
            await source.Labels.SetNoteAsync(subject, $"A note on {subject.Kind}.\nSecond line, with ␣ and 猫.", "Grace", Token);
        }

        target.Clock.Advance(TimeSpan.FromDays(3));
        var archive = await ArchiveFile.ExportAsync(source, runs);
        Assert.Empty((await ArchiveFile.ImportAsync(target, archive)).Failures);

        var row = (await target.Runs.ListAnalysesAsync(runs[0], AnalysisState.Done, 0, 10, Token)).Items[0];
        LabelSubject[] here = [LabelSubject.Of(row.Image), LabelSubject.Of(row.Id), LabelSubject.Of(runs[0])];
        foreach (var (one, other) in there.Zip(here))
        {
            var (expected, actual) = (await source.Labels.FindAsync(one, Token), await target.Labels.FindAsync(other, Token));
            Assert.NotEmpty(expected.Tags);
            Assert.Equal(expected.Tags, actual.Tags);
            Assert.Equal(expected.Note, actual.Note);
        }

        Assert.Equal(archive, await ArchiveFile.ExportAsync(target, runs));

        // What bears something keeps its own, and so does what was here.
        await target.Labels.UntagAsync([here[0], here[2]], "odd", Token);
        await target.Labels.SetNoteAsync(here[2], null, null, Token);
        await ArchiveFile.ImportAsync(target, archive);
        Assert.Equal((0, "A note on Image.\nSecond line, with ␣ and 猫."), ((await target.Labels.FindAsync(here[0], Token)).Tags.Count, (await target.Labels.FindAsync(here[0], Token)).Note?.Text));
        Assert.True((await target.Labels.FindAsync(here[2], Token)).IsEmpty);
    }

    [Fact]
    public async Task Import_Twice_ChangesNothing()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var runs = await AddRunsAsync(source);
        var archive = await ArchiveFile.ExportAsync(source, runs);
        await ArchiveFile.ImportAsync(target, archive);

        var again = await ArchiveFile.ImportAsync(target, archive);

        Assert.Equal((0, 0, 5), (again.RunsAdded, again.AnalysesAdded, again.AnalysesKnown));
        Assert.Equal(runs, again.Runs);
        Assert.Equal(archive, await ArchiveFile.ExportAsync(target, runs));
        Assert.Equal(3, await target.CountAsync("Images"));
        Assert.Equal(1, await target.CountAsync("Checkpoints"));
    }

    [Fact]
    public async Task Import_WhereItWasExported_ChangesNothing()
    {
        await using var source = await TestStorage.CreateAsync();
        var runs = await AddRunsAsync(source);
        var archive = await ArchiveFile.ExportAsync(source, runs);

        var result = await ArchiveFile.ImportAsync(source, archive);

        Assert.Equal((0, 0), (result.RunsAdded, result.AnalysesAdded));
        Assert.Equal("/models/demo", Assert.Single(await source.Checkpoints.ListAsync(Token)).Folder);
        Assert.Equal(archive, await ArchiveFile.ExportAsync(source, runs));
    }

    [Fact]
    public async Task Import_OfWhatIsMissing_AddsOnlyThat()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var runs = await AddRunsAsync(source);
        var one = (await source.Runs.ListAnalysesAsync(runs[0], null, 0, 10, Token)).Items[1];
        using var part = new MemoryStream();
        await source.ArchiveWriter.WriteAsync(part, [new ArchiveSelection(runs[0], [one.Id])], null, Token);

        var partly = await ArchiveFile.ImportAsync(target, part.ToArray());
        var whole = await ArchiveFile.ImportAsync(target, await ArchiveFile.ExportAsync(source, runs));

        Assert.Equal(1, partly.AnalysesAdded);
        Assert.Equal((1, 4, 1), (whole.RunsAdded, whole.AnalysesAdded, whole.AnalysesKnown));
        Assert.Equal(await ArchiveFile.ExportAsync(source, runs), await ArchiveFile.ExportAsync(target, runs));
    }

    [Fact]
    public async Task Write_PictureOfTwoRuns_StandsOnce()
    {
        await using var source = await TestStorage.CreateAsync();
        var runs = await AddRunsAsync(source);

        var entries = ArchiveFile.Entries(await ArchiveFile.ExportAsync(source, runs));

        Assert.Equal(3, entries.Keys.Count(name => name.StartsWith("images/", StringComparison.Ordinal)));
        Assert.All(
            entries.Where(entry => entry.Key.StartsWith("images/", StringComparison.Ordinal)),
            entry => Assert.Equal(entry.Key["images/".Length..], Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(entry.Value))));
    }

    [Fact]
    public async Task Write_ToAStreamThatCannotSeek_WritesTheSame()
    {
        await using var source = await TestStorage.CreateAsync();
        var runs = await AddRunsAsync(source);
        using var output = new OneWayStream();

        await source.ArchiveWriter.WriteAsync(output, [.. runs.Select(run => new ArchiveSelection(run))], null, Token);

        Assert.Equal(ArchiveFile.Entries(await ArchiveFile.ExportAsync(source, runs)), ArchiveFile.Entries(output.ToArray()));
    }

    [Fact]
    public async Task Write_Progress_CountsEveryAnalysis()
    {
        await using var source = await TestStorage.CreateAsync();
        var runs = await AddRunsAsync(source);
        var seen = new List<ExchangeProgress>();
        using var output = new MemoryStream();

        await source.ArchiveWriter.WriteAsync(output, [.. runs.Select(run => new ArchiveSelection(run))], seen.Add, Token);

        Assert.Equal([1, 2, 3, 4, 5], seen.Select(p => p.Done));
        Assert.All(seen, p => Assert.Equal(5, p.Total));
    }

    [Fact]
    public async Task Write_Cancelled_LeavesNoArchive()
    {
        await using var source = await TestStorage.CreateAsync();
        var runs = await AddRunsAsync(source);
        using var output = new MemoryStream();
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => source.ArchiveWriter.WriteAsync(output, [new ArchiveSelection(runs[0])], _ => stop.Cancel(), stop.Token));

        var (reader, error) = await ArchiveFile.OpenAsync(output.ToArray());
        Assert.Null(reader);
        Assert.Contains("broken off", error, StringComparison.Ordinal);
    }

    /// <summary>Two runs on three pictures, with an answer's layers, a chosen layer list, a failure and an analysis still queued.</summary>
    private static async Task<RunId[]> AddRunsAsync(TestStorage storage)
    {
        var first = await storage.AddRunAsync(items: 3);
        for (var i = 0; i < 2; i++)
        {
            var claimed = await storage.ClaimAsync();
            await storage.WriteAsync(claimed);
            for (var layer = 0; layer <= claimed.Checkpoint.Layers; layer++)
            {
                await storage.Queue.WriteReadingAsync(claimed.Id, claimed.Attempt, ReadingSegment.Answer, layer, Sample.Packed(layer, positions: 1, first: 4), Token);
            }

            await storage.Queue.CompleteAsync(claimed.Id, claimed.Attempt, [5, 2], "кошка 🐈 \u2028 \"cat\"", Token);
        }

        var failing = await storage.ClaimAsync();
        await storage.Queue.FailAsync(failing.Id, failing.Attempt, "The picture is too small.", Token);
        var second = await storage.AddRunAsync(items: 2, settings: new RunSettings(TopK: 2, Layers: [0, 2]));
        await storage.FinishNextAsync();
        return [first, second];
    }

    private sealed class OneWayStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override bool CanRead => false;

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override long Seek(long offset, SeekOrigin loc) => throw new NotSupportedException();
    }
}
