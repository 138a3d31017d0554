using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Dashboard.Tests.Analysis;

/// <summary>Several questions about one picture, from the real engine into a real database: what they share is kept once.</summary>
public sealed class SharedQuestionsTests : IDisposable
{
    private static readonly string[] Questions =
    [
        "Describe the image.", "What is in the picture?", "What colour is it?", "Is there an animal?", "Where is the cat?", "How many things are there?", "What is behind them?", "Is it a photograph?",
    ];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RunAsync_EightQuestions_StoresWhatTheEngineReadAndSharedPositionsOnce()
    {
        await using var services = Services();
        await services.GetRequiredService<Database>().PrepareAsync(Token);
        var run = await StartAsync(services.GetRequiredService<RunCoordinator>(), Questions, new RunSettings(TopK: 10, AnswerTokens: 4));
        var items = await AnalyzeAsync(services, run);
        Assert.Equal(8, items.Count);

        // Byte for byte what the engine handed over, as it would be without sharing.
        var readings = services.GetRequiredService<ReadingStore>();
        foreach (var item in items)
        {
            var given = item.Result!.Readings.Select(r => ReadingCodec.Pack(
                new LayerArrays(r.Layer, r.FirstPosition, r.Positions, r.TopK, r.Ids, r.LogProbabilities, r.EntropyBits, r.Tracked, r.TrackedLogProbabilities, r.TrackedRanks), 1024)).ToList();
            Assert.Equal(26, given.Count);
            Assert.Equal(given, await readings.ReadAsync(item.Claimed.Id, 0, Token));
        }

        // 576 patches and the tokens before them once; what follows, and the answer, for each question.
        const int Layers = 13;
        var shared = items[0].Result!.Input.Positions.ToList().FindLastIndex(p => p.Patch is not null) + 1;
        Assert.InRange(shared, 577, 590);
        var own = items.Select(item => item.Result!.Input.Positions.Count - shared).Concat(items.Select(item => item.Result!.Answer!.Ids.Count - 1)).Where(count => count > 0).ToList();
        var room = (await services.GetRequiredService<RetentionStore>().FindRoomAsync(run, Token))!;
        Assert.Equal(Layers * (SummaryOf(shared) + own.Sum(SummaryOf)), room.Summaries);
        Assert.Equal(Layers * (RestOf(shared) + own.Sum(RestOf)), room.Rests);

        // Against one question alone.
        var single = await StartAsync(services.GetRequiredService<RunCoordinator>(), Questions[..1], new RunSettings(TopK: 10, AnswerTokens: 4));
        await AnalyzeAsync(services, single);
        var one = (await services.GetRequiredService<RetentionStore>().FindRoomAsync(single, Token))!;
        Assert.InRange((double)(room.Summaries + room.Rests) / (one.Summaries + one.Rests), 1.0, 1.3);
        Assert.Empty((await services.GetRequiredService<DatabaseCheck>().CheckAsync(null, Token)).Findings);

        static long Aligned(long length) => (length + 3) / 4 * 4;
        static long SummaryOf(int positions) => 32 + (3 * Aligned(2L * positions));
        static long RestOf(int positions) => 32 + (2 * Aligned(2L * 9 * positions));
    }

    [Fact]
    public async Task Cancel_OneQuestionWhileTheyRun_LeavesTheOthersWhole()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var run = await StartAsync(dashboard.Coordinator, Questions, new RunSettings(AnswerTokens: 0));
        await dashboard.WaitForAsync(run, counts => counts.Running >= 1);
        var cancelled = (await dashboard.AnalysesAsync(run))[3].Id;

        await dashboard.Coordinator.CancelAsync(run, cancelled, Token);

        var row = await dashboard.WaitUntilFinishedAsync(run);
        Assert.Equal((7, 1), (row.Counts.Done, row.Counts.Cancelled));
        Assert.Equal((1, 7), await PrefixesAsync());
        await dashboard.Coordinator.RetryAsync(run, Token);
        Assert.Equal(8, (await dashboard.WaitUntilFinishedAsync(run)).Counts.Done);
        Assert.Equal((1, 7), await PrefixesAsync());
        Assert.Empty((await dashboard.Get<DatabaseCheck>().CheckAsync(null, Token)).Findings);
        await dashboard.Coordinator.DeleteAsync(run, Token);
        Assert.Equal((0, 0), await PrefixesAsync());
    }

    [Fact]
    public async Task Stop_WhileQuestionsRun_BeginsThemAnewAndOrphansNothing()
    {
        RunId run;
        await using (var first = await RunningDashboard.StartAsync(_folder.Path))
        {
            run = await StartAsync(first.Coordinator, Questions, new RunSettings(AnswerTokens: 0));
            await first.WaitForAsync(run, counts => counts.Running >= 1);
        }

        Assert.Equal((0, 0), await PrefixesAsync());
        await using var second = await RunningDashboard.StartAsync(_folder.Path);
        Assert.Equal(8, (await second.WaitUntilFinishedAsync(run)).Counts.Done);
        Assert.Equal((1, 8), await PrefixesAsync());
        Assert.Empty((await second.Get<DatabaseCheck>().CheckAsync(null, Token)).Findings);
    }

    private static async Task<RunId> StartAsync(RunCoordinator coordinator, string[] questions, RunSettings settings)
    {
        var image = await coordinator.AddImageAsync("garden.jpg", await File.ReadAllBytesAsync(DemoFiles.Picture("garden.jpg"), Token), Token);
        var items = questions.Select(question => new RequestedItem(image.Id, question)).ToList();
        return await coordinator.StartAsync(new RequestedRun("questions", null, questions[0], settings, items), Token);
    }

    private static async Task<IReadOnlyList<RunnerItem>> AnalyzeAsync(ServiceProvider services, RunId run)
    {
        var claimed = await services.GetRequiredService<AnalysisQueue>().ClaimBatchAsync(run, AnalysisRunner.MostPictures, AnalysisRunner.MostAnalyses, Token);
        var items = claimed.Select(one => new RunnerItem(one, Token)).ToList();
        await services.GetRequiredService<AnalysisRunner>().RunAsync(items, keepReadings: true, new RunnerListener((_, _) => { }, _ => { }, _ => Task.CompletedTask), Token);
        Assert.All(items, item => Assert.Null(item.Failure));
        return items;
    }

    private ServiceProvider Services()
    {
        var options = new LogitLensOptions { DataFolder = _folder.Path, DefaultCheckpoint = DemoFiles.Checkpoint };
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddLogitLensOptions(options);
        services.AddLogitLensStorage(new StorageOptions { DatabasePath = options.DatabasePath });
        services.AddAnalysis();
        return services.BuildServiceProvider();
    }

    private async Task<(long Prefixes, long Sharing)> PrefixesAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "logitlens.db")};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT (SELECT COUNT(*) FROM Prefixes), (SELECT COUNT(*) FROM Analyses WHERE PrefixId IS NOT NULL)";
        await using var reader = await command.ExecuteReaderAsync(Token);
        Assert.True(await reader.ReadAsync(Token));
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}
