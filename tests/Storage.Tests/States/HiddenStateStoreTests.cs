using System.Buffers.Binary;
using System.Text.Json;
using LogitLens.Storage.States;

namespace LogitLens.Storage.Tests.States;

public sealed class HiddenStateStoreTests
{
    private static readonly RunSettings Settings = new(KeptStates: new KeptStates([0, 2]));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_DoneAnalysis_HasWhatWasWrittenByLayer()
    {
        await using var storage = await TestStorage.CreateAsync();
        var id = await FinishAsync(storage);

        var rows = await storage.States.ListAsync(id, Token);

        Assert.Equal(
            [(0, ReadingSegment.Prompt, 4), (0, ReadingSegment.Answer, 1), (2, ReadingSegment.Prompt, 4), (2, ReadingSegment.Answer, 1)],
            rows.Select(row => (row.Layer, row.Segment, row.Positions)));
        Assert.Equal(Values(2, 4), await storage.States.ReadAsync(id, ReadingSegment.Prompt, 2, Token));
    }

    [Fact]
    public async Task Write_StaleAttempt_ChangesNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(settings: Settings);
        var claimed = await storage.ClaimAsync();

        Assert.False(await storage.States.WriteAsync(claimed.Id, claimed.Attempt + 1, Row(0, 4), Values(0, 4), Token));
        Assert.Equal(0, await storage.CountAsync("HiddenStates"));
    }

    [Fact]
    public async Task Write_WrongLength_IsABug()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(settings: Settings);
        var claimed = await storage.ClaimAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => storage.States.WriteAsync(claimed.Id, claimed.Attempt, Row(0, 4), new byte[7], Token));
    }

    [Fact]
    public async Task Fail_RunningAnalysis_DropsItsStates()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(settings: Settings);
        var claimed = await storage.ClaimAsync();
        await storage.States.WriteAsync(claimed.Id, claimed.Attempt, Row(0, 4), Values(0, 4), Token);

        await storage.Queue.FailAsync(claimed.Id, claimed.Attempt, "The disk is full.", Token);

        Assert.Equal(0, await storage.CountAsync("HiddenStates"));
    }

    [Fact]
    public async Task Delete_Run_TakesItsStatesAlong()
    {
        await using var storage = await TestStorage.CreateAsync();
        var id = await FinishAsync(storage);

        await storage.Runs.DeleteAsync((await storage.DetailAsync(id)).Run.Id, Token);

        Assert.Equal(0, await storage.CountAsync("HiddenStates"));
    }

    [Fact]
    public async Task Settings_RoundTrip_KeepLayersAndBits()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(settings: new RunSettings(KeptStates: new KeptStates([0, 2], 32)));

        var kept = (await storage.Runs.FindAsync(run, Token))!.Settings.KeptStates!;

        Assert.Equal((32, "0,2"), (kept.Bits, string.Join(',', kept.Layers)));
    }

    [Fact]
    public async Task Safetensors_AnswerPositions_FollowThePromptsInOneTensor()
    {
        await using var storage = await TestStorage.CreateAsync();
        var id = await FinishAsync(storage);
        using var output = new MemoryStream();

        await SafetensorsExport.WriteAsync(output, await storage.DetailAsync(id), await storage.States.ListAsync(id, Token), storage.States, Token);

        var bytes = output.ToArray();
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
        var last = header.RootElement.GetProperty("hidden_states.2");
        Assert.Equal("F16", last.GetProperty("dtype").GetString());
        Assert.Equal([5, 3], last.GetProperty("shape").EnumerateArray().Select(value => value.GetInt32()));
        Assert.Equal([30, 60], last.GetProperty("data_offsets").EnumerateArray().Select(value => value.GetInt32()));
        Assert.Equal([.. Values(2, 4), .. Values(2, 1)], bytes[(8 + length + 30)..]);
        Assert.Equal("not applied", header.RootElement.GetProperty("__metadata__").GetProperty("final_norm").GetString());
    }

    [Fact]
    public void Pack_Half_RoundsAndSingleKeeps()
    {
        Assert.Equal([0x00, 0x3C, 0x00, 0xC0], StatePacking.Pack([1f, -2f], 16));
        Assert.Equal([0x00, 0x00, 0x80, 0x3F], StatePacking.Pack([1f], 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => StatePacking.Pack([1f], 8));
    }

    private static HiddenStateRow Row(int layer, int positions, ReadingSegment segment = ReadingSegment.Prompt) => new(segment, layer, positions, 3, 16);

    private static byte[] Values(int layer, int positions) => StatePacking.Pack([.. Enumerable.Range(0, positions * 3).Select(i => layer + (0.5f * i))], 16);

    private static async Task<AnalysisId> FinishAsync(TestStorage storage)
    {
        await storage.AddRunAsync(settings: Settings);
        var claimed = await storage.ClaimAsync();
        await storage.WriteAsync(claimed);
        foreach (var layer in (int[])[0, 2])
        {
            Assert.True(await storage.States.WriteAsync(claimed.Id, claimed.Attempt, Row(layer, 4), Values(layer, 4), Token));
            Assert.True(await storage.States.WriteAsync(claimed.Id, claimed.Attempt, Row(layer, 1, ReadingSegment.Answer), Values(layer, 1), Token));
        }

        await storage.Queue.CompleteAsync(claimed.Id, claimed.Attempt, [5, 2], "a cat", Token);
        return claimed.Id;
    }
}
