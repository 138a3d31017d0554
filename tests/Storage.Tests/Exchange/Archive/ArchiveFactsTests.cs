using System.Text;
using System.Text.Json.Nodes;
using LogitLens.Storage.States;

namespace LogitLens.Storage.Tests.Exchange.Archive;

/// <summary>What an archive carries beside readings: hidden states, and what is known of a run.</summary>
public sealed class ArchiveFactsTests
{
    private static readonly RunSettings Keeping = new(KeptStates: new KeptStates([0, 2]));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_HiddenStates_AreThoseOfTheRunByteForByte()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var (run, id) = await AddKeepingRunAsync(source);
        var archive = await ArchiveFile.ExportAsync(source, run);

        var result = await ArchiveFile.ImportAsync(target, archive);

        Assert.Empty(result.Failures);
        var here = (await target.Runs.ListAnalysesAsync(run, null, 0, 1, Token)).Items.Single().Id;
        var rows = await source.States.ListAsync(id, Token);
        Assert.Equal(4, rows.Count);
        Assert.Equal(rows, await target.States.ListAsync(here, Token));
        foreach (var row in rows)
        {
            Assert.Equal(await source.States.ReadAsync(id, row.Segment, row.Layer, Token), await target.States.ReadAsync(here, row.Segment, row.Layer, Token));
        }

        Assert.Equal(archive, await ArchiveFile.ExportAsync(target, run));
        Assert.Empty((await target.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task Import_HiddenStatesOfAnotherChecksum_RefusesTheAnalysisWhole()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var (run, _) = await AddKeepingRunAsync(source);
        var archive = ArchiveFile.Change(
            await ArchiveFile.ExportAsync(source, run),
            entries => entries[States(entries.Keys)][^1] ^= 1,
            listAnew: false);

        var result = await ArchiveFile.ImportAsync(target, archive);

        Assert.Contains("checksum", Assert.Single(result.Failures), StringComparison.Ordinal);
        Assert.Equal((0L, 0L, 0L), (await target.CountAsync("Analyses"), await target.CountAsync("HiddenStates"), await target.CountAsync("Summaries")));
    }

    [Fact]
    public async Task Import_HiddenStatesOfAnotherLength_RefusesTheAnalysis()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var (run, _) = await AddKeepingRunAsync(source);
        var archive = ArchiveFile.Change(await ArchiveFile.ExportAsync(source, run), entries => entries[States(entries.Keys)] = [1, 2, 3]);

        var result = await ArchiveFile.ImportAsync(target, archive);

        Assert.Contains("told to keep of hidden states", Assert.Single(result.Failures), StringComparison.Ordinal);
        Assert.Equal(0, await target.CountAsync("Analyses"));
    }

    [Fact]
    public async Task Import_ArchiveOfVersion1_IsTakenWithTheDatabasesOwnRules()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync(indexThreshold: 0.25);
        var (run, _) = await AddKeepingRunAsync(source);
        var archive = ArchiveFile.Change(
            await ArchiveFile.ExportAsync(source, run),
            entries =>
            {
                entries.Remove(States(entries.Keys));
                var record = entries.Keys.Single(name => name.StartsWith("runs/", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal));
                var json = JsonNode.Parse(entries[record])!.AsObject();
                Assert.True(json.Remove("states") & json.Remove("source") & json.Remove("restGoneAt"));
                entries[record] = Encoding.UTF8.GetBytes(json.ToJsonString());
            },
            manifest: root =>
            {
                root["version"] = 1;
                var old = root["runs"]![0]!.AsObject();
                Assert.True(old.Remove("indexThreshold") & old.Remove("retention") & old["analyses"]![0]!.AsObject().Remove("states"));
            });

        var result = await ArchiveFile.ImportAsync(target, archive);

        Assert.Empty(result.Failures);
        Assert.Equal((1, 1), (result.RunsAdded, result.AnalysesAdded));
        var row = (await target.Runs.FindAsync(run, Token))!;
        Assert.Equal((0.25, RunRetention.Default), (row.IndexThreshold, row.Retention));
        Assert.Equal(0, await target.CountAsync("HiddenStates"));
    }

    [Theory]
    [InlineData(RetentionKind.Default, null, 0)]
    [InlineData(RetentionKind.Days, 30, 0.125)]
    [InlineData(RetentionKind.Pinned, null, 2)]
    public async Task Import_Run_HasNameProvenanceThresholdAndRetention(RetentionKind kind, int? days, double threshold)
    {
        await using var source = await TestStorage.CreateAsync(indexThreshold: threshold);
        await using var target = await TestStorage.CreateAsync();
        var (run, _) = await AddKeepingRunAsync(source);
        await source.Retention.SetAsync(run, new RunRetention(kind, days), Token);
        var there = (await source.Runs.FindAsync(run, Token))!;

        await ArchiveFile.ImportAsync(target, await ArchiveFile.ExportAsync(source, run));

        var here = (await target.Runs.FindAsync(run, Token))!;
        Assert.Equal(
            (there.Name, there.Provenance, there.Prompt, there.CreatedAt, threshold, new RunRetention(kind, days), "0,2"),
            (here.Name, here.Provenance, here.Prompt, here.CreatedAt, here.IndexThreshold, here.Retention, string.Join(',', here.Settings.KeptStates!.Layers)));
    }

    [Fact]
    public async Task Import_AnalysisWhoseRestWasLetGo_StaysSo()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var run = await source.AddRunAsync(settings: new RunSettings(TopK: 2));
        var id = await source.FinishNextAsync();
        await source.Retention.SetAsync(run, new RunRetention(RetentionKind.Summaries), Token);
        Assert.Equal(1, (await source.Retention.LetGoAsync(null, null, Token)).Analyses);
        var archive = await ArchiveFile.ExportAsync(source, run);

        var result = await ArchiveFile.ImportAsync(target, archive);

        Assert.Empty(result.Failures);
        var here = (await target.Runs.ListAnalysesAsync(run, null, 0, 1, Token)).Items.Single();
        Assert.Equal((await source.DetailAsync(id)).Row.RestGoneAt, here.RestGoneAt);
        Assert.NotNull(here.RestGoneAt);
        Assert.Equal(await source.Readings.ReadAsync(id, 0, Token), await target.Readings.ReadAsync(here.Id, 0, Token));
        Assert.Equal(archive, await ArchiveFile.ExportAsync(target, run));
        Assert.Empty((await target.Check.CheckAsync(null, Token)).Findings);
    }

    private static string States(IEnumerable<string> names) => names.Single(name => name.EndsWith(".states", StringComparison.Ordinal));

    private static async Task<(RunId Run, AnalysisId Analysis)> AddKeepingRunAsync(TestStorage storage)
    {
        var run = await storage.AddRunAsync(settings: Keeping);
        var claimed = await storage.ClaimAsync();
        await storage.WriteAsync(claimed);
        foreach (var layer in (int[])[0, 2])
        {
            foreach (var (segment, positions) in ((ReadingSegment, int)[])[(ReadingSegment.Prompt, 4), (ReadingSegment.Answer, 1)])
            {
                var values = StatePacking.Pack([.. Enumerable.Range(0, positions * 3).Select(i => layer + (0.5f * i))], 16);
                Assert.True(await storage.States.WriteAsync(claimed.Id, claimed.Attempt, new HiddenStateRow(segment, layer, positions, 3, 16), values, Token));
            }
        }

        Assert.True(await storage.Queue.CompleteAsync(claimed.Id, claimed.Attempt, [5, 2], "a cat", Token));
        return (run, claimed.Id);
    }
}
