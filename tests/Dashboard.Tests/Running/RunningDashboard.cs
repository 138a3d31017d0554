using LogitLens.Dashboard.Analysis;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Dashboard.Tests.Running;

/// <summary>The real host on a free port, with the real model and a real database.</summary>
internal sealed class RunningDashboard : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly WebApplication _app;

    private RunningDashboard(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public RunCoordinator Coordinator => _app.Services.GetRequiredService<RunCoordinator>();

    public RunStore Runs => _app.Services.GetRequiredService<RunStore>();

    public AnalysisMonitor Monitor => _app.Services.GetRequiredService<AnalysisMonitor>();

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<RunningDashboard> StartAsync(string dataFolder, params string[] more)
    {
        var app = DashboardHost.Build(
            ["--urls", "http://127.0.0.1:0", "--LogitLens:DataFolder", dataFolder, "--LogitLens:SeedDemo", "false", .. more]);
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new RunningDashboard(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Queues demo pictures: two layers and a short answer unless told otherwise.</summary>
    public async Task<RunId> QueueAsync(IEnumerable<string> pictures, RunSettings? settings = null, string? checkpoint = null, string prompt = PromptTemplate.DefaultQuestion)
    {
        var token = TestContext.Current.CancellationToken;
        var items = new List<RequestedItem>();
        foreach (var name in pictures)
        {
            var image = await Coordinator.AddImageAsync(name, await File.ReadAllBytesAsync(DemoFiles.Picture(name), token), token);
            items.Add(new RequestedItem(image.Id));
        }

        return await Coordinator.StartAsync(new RequestedRun("test", checkpoint, prompt, settings ?? new RunSettings(Layers: [0, 12], AnswerTokens: 3), items), token);
    }

    public async Task<RunRow> WaitForAsync(RunId run, Func<RunCounts, bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var row = await Runs.FindAsync(run, TestContext.Current.CancellationToken);
            Assert.NotNull(row);
            if (condition(row.Counts))
            {
                return row;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"Still {row.Counts} after {Patience}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public Task<RunRow> WaitUntilFinishedAsync(RunId run) => WaitForAsync(run, counts => counts.Finished == counts.Total);

    public async Task<IReadOnlyList<AnalysisRow>> AnalysesAsync(RunId run) =>
        (await Runs.ListAnalysesAsync(run, null, 0, 100, TestContext.Current.CancellationToken)).Items;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
