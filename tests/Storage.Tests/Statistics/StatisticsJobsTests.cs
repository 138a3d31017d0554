using LogitLens.Storage.Jobs;
using LogitLens.Storage.Statistics;

namespace LogitLens.Storage.Tests.Statistics;

public sealed class StatisticsJobsTests
{
    private static readonly StatisticsOptions Window = new(2, 5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AskAsync_ShortQuestion_IsAnsweredAtOnce()
    {
        await using var storage = await TestStorage.CreateAsync();
        await StatisticsRuns.AddAsync(storage, [1, 2]);

        var job = await storage.StatisticsJobs.AskAsync(StatisticsQuery.Layers(new AnalysisFilter()), Token);

        Assert.Equal((JobState.Done, 2, 2), (job.State, job.Read, job.Total));
        Assert.Equal(2, Assert.Single(job.Result!.Checkpoints).Analyses);
    }

    [Fact]
    public async Task AskAsync_NoPatience_GoesOnInTheBackground()
    {
        await using var storage = await TestStorage.CreateAsync();
        await StatisticsRuns.AddAsync(storage, [.. Enumerable.Range(0, 70)]);

        var job = await storage.StatisticsJobs.AskAsync(Asked(), TimeSpan.Zero, Token);
        var done = await EndAsync(storage, job.Id);

        Assert.Equal((JobState.Done, 70, 70), (done.State, done.Read, done.Total));
        Assert.Equal(70, Assert.Single(done.Result!.Checkpoints).Analyses);
    }

    [Fact]
    public async Task AskAsync_SameAgain_IsAnsweredFromWhatIsKept()
    {
        await using var storage = await TestStorage.CreateAsync();
        await StatisticsRuns.AddAsync(storage, [1, 2]);

        var first = await storage.StatisticsJobs.AskAsync(Asked(), Token);
        var again = await storage.StatisticsJobs.AskAsync(Asked(), Token);
        await StatisticsRuns.AddAsync(storage, [3]);
        var later = await storage.StatisticsJobs.AskAsync(Asked(), Token);

        Assert.Same(first.Result, again.Result);
        Assert.NotEqual(first.Id, later.Id);
        Assert.Equal(3, Assert.Single(later.Result!.Checkpoints).Analyses);
    }

    [Fact]
    public async Task Cancel_RunningJob_EndsIt()
    {
        await using var storage = await TestStorage.CreateAsync();
        await StatisticsRuns.AddAsync(storage, [.. Enumerable.Range(0, 70)]);

        var job = await storage.StatisticsJobs.AskAsync(Asked(), TimeSpan.Zero, Token);
        var cancelled = storage.StatisticsJobs.Cancel(job.Id);
        var ended = await EndAsync(storage, job.Id);

        // It may have been faster.
        Assert.Equal(cancelled ? JobState.Cancelled : JobState.Done, ended.State);
        Assert.False(storage.StatisticsJobs.Cancel(job.Id));
        Assert.Equal(JobState.Done, (await storage.StatisticsJobs.AskAsync(Asked(), Timeout.InfiniteTimeSpan, Token)).State);
    }

    [Fact]
    public async Task AskAsync_ImpossibleOptions_IsRefused()
    {
        await using var storage = await TestStorage.CreateAsync();
        await StatisticsRuns.AddAsync(storage, [1]);

        var query = new StatisticsQuery(new AnalysisFilter(), new StatisticsOptions(MoreFiller: [77]), StatisticsPart.Layers);

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => storage.StatisticsJobs.AskAsync(query, Token));
        Assert.Contains("77", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_UnknownId_IsNothing()
    {
        await using var storage = await TestStorage.CreateAsync();

        Assert.Null(storage.StatisticsJobs.Find(Guid.NewGuid()));
        Assert.False(storage.StatisticsJobs.Cancel(Guid.NewGuid()));
    }

    private static StatisticsQuery Asked() => new(new AnalysisFilter(), Window, StatisticsPart.Layers);

    private static async Task<StatisticsJob> EndAsync(TestStorage storage, Guid id)
    {
        while (true)
        {
            var job = Assert.IsType<StatisticsJob>(storage.StatisticsJobs.Find(id));
            if (job.State != JobState.Running)
            {
                return job;
            }

            await Task.Delay(10, Token);
        }
    }
}
