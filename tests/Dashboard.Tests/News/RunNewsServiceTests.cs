using LogitLens.Dashboard.News;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Tests.News;

/// <summary>With the real service computing real runs.</summary>
public sealed class RunNewsServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_DoneAndThenCancelled_IsToldOnceEachAndKnownAfterARestart()
    {
        using var folder = new TemporaryFolder();
        var told = new List<RunEnd>();
        RunId first;
        await using (var dashboard = await RunningDashboard.StartAsync(folder.Path))
        {
            var news = dashboard.Get<RunNews>();
            news.Ended += end =>
            {
                lock (told)
                {
                    told.Add(end);
                }
            };
            first = await dashboard.QueueAsync(["garden.jpg"]);
            await WaitAsync(() => news.Recent.Count == 1);
            var second = await dashboard.QueueAsync(["garden.jpg", "beach.jpg", "arctic.png"]);
            await dashboard.Coordinator.CancelAsync(second, Token);
            await WaitAsync(() => news.Recent.Count == 2);

            // A new name is no new end.
            await dashboard.Runs.RenameAsync(first, "another name", Token);
            dashboard.Monitor.ReportRun(first);
            await Task.Delay(3 * RunNewsService.Pause, Token);

            Assert.Equal([(first, 1, 0), (second, told[1].Counts.Done, 3 - told[1].Counts.Done)], told.Select(end => (end.Run, end.Counts.Done, end.Counts.Cancelled)));
            Assert.Equal([second, first], news.Recent.Select(end => end.Run));

            await dashboard.Coordinator.DeleteAsync(second, Token);
            await WaitAsync(() => news.Recent.Count == 1);
        }

        await using var again = await RunningDashboard.StartAsync(folder.Path);
        await WaitAsync(() => again.Get<RunNews>().Recent.Count == 1);
        Assert.Equal((first, "another name"), (again.Get<RunNews>().Recent[0].Run, again.Get<RunNews>().Recent[0].Name));
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(2), "It did not come to it within two minutes.");
            await Task.Delay(20, Token);
        }
    }
}
