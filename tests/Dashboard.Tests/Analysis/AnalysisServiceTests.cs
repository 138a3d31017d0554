using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Dashboard.Tests.Analysis;

public sealed class AnalysisServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_OfDemoPictures_BecomesDone()
    {
        var token = TestContext.Current.CancellationToken;
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var stages = new List<string>();
        var isSeenEarly = false;
        dashboard.Monitor.Progressed += current =>
        {
            lock (stages)
            {
                stages.Add(current?.Stage ?? "idle");
                isSeenEarly |= current is { Blobs: > 0, Stage: "layer 1 of 12" or "layer 2 of 12" or "layer 3 of 12" or "layer 4 of 12" };
            }
        };

        var run = await dashboard.QueueAsync(["garden.jpg"], new RunSettings(AnswerTokens: 32));
        var row = await dashboard.WaitUntilFinishedAsync(run);

        Assert.Equal(1, row.Counts.Done);
        var analysis = Assert.Single(await dashboard.AnalysesAsync(run));
        Assert.Equal("There is a cat and a sunflower on grass.", analysis.AnswerText);
        Assert.Equal(13, analysis.LayersDone);
        var detail = await dashboard.Runs.FindAnalysisAsync(analysis.Id, token);
        Assert.Equal(593 - 3, detail!.Layout!.Positions.Count);
        var layers = await dashboard.Get<ReadingStore>().ReadAsync(analysis.Id, 0, token);
        Assert.Equal(26, layers.Count);
        Assert.Equal(detail.AnswerIds.Count - 1, ReadingCodec.Unpack(layers[^1]).Positions);
        lock (stages)
        {
            Assert.Contains("loading checkpoint", stages);
            Assert.Contains("layer 7 of 12", stages);
            Assert.Contains("answer", stages);
            Assert.True(isSeenEarly, "No reading was committed before the last layers were computed.");
        }
    }

    [Fact]
    public async Task Cancel_WhileRunning_StopsWithinALayerAndRetryFinishes()
    {
        var token = TestContext.Current.CancellationToken;
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var run = await dashboard.QueueAsync(["garden.jpg", "beach.jpg", "arctic.png"], new RunSettings(AnswerTokens: 0));
        await dashboard.WaitForAsync(run, counts => counts.Running >= 1);

        await dashboard.Coordinator.CancelAsync(run, token);

        var row = await dashboard.WaitUntilFinishedAsync(run);
        Assert.True(row.Counts.Cancelled >= 2, $"{row.Counts}");
        await dashboard.Coordinator.RetryAsync(run, token);
        Assert.Equal(3, (await dashboard.WaitUntilFinishedAsync(run)).Counts.Done);
    }

    [Fact]
    public async Task Delete_WhileRunning_LeavesNothing()
    {
        var token = TestContext.Current.CancellationToken;
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var run = await dashboard.QueueAsync(["garden.jpg", "beach.jpg"]);
        await dashboard.WaitForAsync(run, counts => counts.Running >= 1);

        await dashboard.Coordinator.DeleteAsync(run, token);

        Assert.Null(await dashboard.Runs.FindAsync(run, token));
        Assert.Equal(0, (await dashboard.Get<ImageStore>().ListAsync(null, 0, 10, token)).Total);
        var next = await dashboard.QueueAsync(["arctic.png"]);
        Assert.Equal(1, (await dashboard.WaitUntilFinishedAsync(next)).Counts.Done);
    }

    [Fact]
    public async Task Stop_WhileRunning_IsTakenUpAgainAfterTheNextStart()
    {
        RunId run;
        await using (var first = await RunningDashboard.StartAsync(_folder.Path))
        {
            run = await first.QueueAsync(["garden.jpg", "beach.jpg"], new RunSettings(AnswerTokens: 0));
            await first.WaitForAsync(run, counts => counts.Running >= 1);
        }

        await using var second = await RunningDashboard.StartAsync(_folder.Path);
        Assert.Equal(2, (await second.WaitUntilFinishedAsync(run)).Counts.Done);
        Assert.Empty(await second.Get<Database>().CheckAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Checkpoint_ChangedSinceTheRun_FailsTheRowInASentenceAndTheServiceGoesOn()
    {
        var token = TestContext.Current.CancellationToken;
        var checkpoint = DemoFiles.CopyCheckpoint(_folder.File("checkpoint"));
        RunId run;
        await using (var first = await RunningDashboard.StartAsync(_folder.File("data")))
        {
            run = await first.QueueAsync(["garden.jpg", "beach.jpg"], new RunSettings(AnswerTokens: 0), checkpoint);
            await first.WaitForAsync(run, counts => counts.Running >= 1);
        }

        await File.AppendAllTextAsync(Path.Combine(checkpoint, "generation_config.json"), "\n", token);
        await using var second = await RunningDashboard.StartAsync(_folder.File("data"));
        await second.WaitUntilFinishedAsync(run);

        var last = (await second.AnalysesAsync(run))[1];
        Assert.Equal(AnalysisState.Failed, last.State);
        Assert.Contains("have changed since the run was started", last.Error, StringComparison.Ordinal);
        File.Delete(Path.Combine(checkpoint, "model.safetensors"));
        await Assert.ThrowsAsync<RefusedInputException>(() => second.QueueAsync(["beach.jpg"], checkpoint: checkpoint));
        var next = await second.QueueAsync(["beach.jpg"]);
        Assert.Equal(1, (await second.WaitUntilFinishedAsync(next)).Counts.Done);
    }

    [Fact]
    public async Task Prompt_LongerThanTheContext_FailsTheRowInASentence()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        var run = await dashboard.QueueAsync(["garden.jpg"], prompt: string.Join(' ', Enumerable.Repeat("cat", 4000)));
        await dashboard.WaitUntilFinishedAsync(run);

        var analysis = Assert.Single(await dashboard.AnalysesAsync(run));
        Assert.Equal(AnalysisState.Failed, analysis.State);
        Assert.Contains("context", analysis.Error, StringComparison.Ordinal);
        var next = await dashboard.QueueAsync(["garden.jpg"]);
        Assert.Equal(1, (await dashboard.WaitUntilFinishedAsync(next)).Counts.Done);
    }

    [Fact]
    public async Task Run_OneItemThatCannotBeUsed_FailsAloneAndTheRestOfItsBatchIsDone()
    {
        var token = TestContext.Current.CancellationToken;
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var items = new List<RequestedItem>();
        foreach (var name in (string[])["garden.jpg", "beach.jpg", "garden.jpg", "arctic.png"])
        {
            var image = await dashboard.Coordinator.AddImageAsync(name, await File.ReadAllBytesAsync(DemoFiles.Picture(name), token), token);
            items.Add(new RequestedItem(image.Id, items.Count == 1 ? string.Join(' ', Enumerable.Repeat("cat", 4000)) : items.Count == 2 ? "Is there a cat?" : null));
        }

        var run = await dashboard.Coordinator.StartAsync(
            new RequestedRun("batch", null, PromptTemplate.DefaultQuestion, new RunSettings(Layers: [0, 12], AnswerTokens: 32), items), token);
        var row = await dashboard.WaitUntilFinishedAsync(run);

        Assert.Equal((3, 1), (row.Counts.Done, row.Counts.Failed));
        var analyses = await dashboard.AnalysesAsync(run);
        Assert.Contains("context", analyses[1].Error, StringComparison.Ordinal);
        Assert.Equal("There is a cat and a sunflower on grass.", analyses[0].AnswerText);
        Assert.NotEqual(analyses[0].AnswerText, analyses[2].AnswerText);
        Assert.Equal("There is a penguin on snow.", analyses[3].AnswerText);
    }

    [Fact]
    public async Task Cancel_OneOfABatch_LeavesTheOthers()
    {
        var token = TestContext.Current.CancellationToken;
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var run = await dashboard.QueueAsync(["garden.jpg", "beach.jpg", "arctic.png"], new RunSettings(AnswerTokens: 32));
        await dashboard.WaitForAsync(run, counts => counts.Running == 3);
        var second = (await dashboard.AnalysesAsync(run))[1];

        await dashboard.Coordinator.CancelAsync(run, second.Id, token);

        var counts = (await dashboard.WaitUntilFinishedAsync(run)).Counts;
        Assert.Equal((2, 1), (counts.Done, counts.Cancelled));
        Assert.Equal(AnalysisState.Cancelled, (await dashboard.AnalysesAsync(run))[1].State);
    }

    [Theory]
    [InlineData(0, 0, "", "choose 1 to 50")]
    [InlineData(51, 0, "", "choose 1 to 50")]
    [InlineData(10, 1025, "", "choose 0 (none) to 1024")]
    [InlineData(10, 0, "<image> <image>", "more than one <image>")]
    [InlineData(10, 0, " ", "prompt is empty")]
    public async Task Start_WithASettingThatCannotBe_IsRefusedInASentence(int k, int answer, string prompt, string expected)
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        var refused = await Assert.ThrowsAsync<RefusedInputException>(() => dashboard.QueueAsync(
            ["garden.jpg"], new RunSettings(k, AnswerTokens: answer), prompt: prompt.Length == 0 ? PromptTemplate.DefaultQuestion : prompt));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithLayersOrTokensThatAreNot_IsRefusedInASentence()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        var layer = await Assert.ThrowsAsync<RefusedInputException>(() => dashboard.QueueAsync(["garden.jpg"], new RunSettings(Layers: [13])));
        var token = await Assert.ThrowsAsync<RefusedInputException>(() => dashboard.QueueAsync(["garden.jpg"], new RunSettings(TrackedTokens: [1024])));
        var none = await Assert.ThrowsAsync<RefusedInputException>(() => dashboard.QueueAsync([]));

        Assert.Contains("no layer 13", layer.Message, StringComparison.Ordinal);
        Assert.Contains("no token 1024", token.Message, StringComparison.Ordinal);
        Assert.Contains("at least one image", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddImage_OfSomethingElse_IsRefusedInASentence()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        var refused = await Assert.ThrowsAsync<RefusedInputException>(() => dashboard.Coordinator.AddImageAsync("a.png", "no picture"u8.ToArray(), TestContext.Current.CancellationToken));

        Assert.False(string.IsNullOrWhiteSpace(refused.Message));
    }

    [Fact]
    public async Task FirstStart_QueuesTheDemoOnceOnly()
    {
        var token = TestContext.Current.CancellationToken;
        await using (var first = await RunningDashboard.StartAsync(_folder.Path, "--LogitLens:SeedDemo", "true"))
        {
            var began = TimeProvider.System.GetTimestamp();
            Page<RunRow> runs;
            while ((runs = await first.Runs.ListAsync(0, 10, token)).Total == 0 && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(50, token);
            }

            var demo = Assert.Single(runs.Items);
            Assert.Equal(DemoSeed.RunName, demo.Name);
            Assert.Equal(12, demo.Counts.Total);
            Assert.Equal("USER: <image>\nDescribe the image. ASSISTANT:", demo.Prompt);
            await first.Coordinator.DeleteAsync(demo.Id, token);
        }

        await using var second = await RunningDashboard.StartAsync(_folder.Path, "--LogitLens:SeedDemo", "true");
        var only = await second.QueueAsync(["garden.jpg"]);
        await second.WaitUntilFinishedAsync(only);
        Assert.Equal(1, (await second.Runs.ListAsync(0, 10, token)).Total);
    }
}
