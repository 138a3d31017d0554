using LogitLens.Dashboard.News;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Tests.News;

public sealed class RunNewsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Report_TheSameEndAgain_TellsNobody()
    {
        var news = new RunNews();
        var told = 0;
        news.Ended += _ => told++;
        var end = End(1);

        news.Report(end);
        news.Report(end);
        news.Report(end with { EndedAt = end.EndedAt.AddMinutes(1) });

        Assert.Equal((2, 2), (told, news.Recent.Count));
    }

    [Fact]
    public void Remember_More_KeepsTheNewestAndTellsNobody()
    {
        var news = new RunNews();
        news.Ended += _ => Assert.Fail("It was told.");

        news.Remember(Enumerable.Range(0, RunNews.Most + 5).Select(End));

        Assert.Equal(RunNews.Most, news.Recent.Count);
        Assert.Equal($"run {RunNews.Most + 4}", news.Recent[0].Name);
    }

    [Fact]
    public void Forget_ADeletedRun_LeavesTheOthers()
    {
        var news = new RunNews();
        var (one, two) = (End(1), End(2));
        news.Remember([one, two]);

        news.Forget(two.Run);

        Assert.Equal([one], news.Recent);
    }

    private static RunEnd End(int minute) => new(RunId.New(), $"run {minute}", new RunCounts(0, 0, 1, 0, 0), Noon.AddMinutes(minute));
}
