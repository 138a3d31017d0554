using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage;
using Microsoft.Extensions.Time.Testing;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class LoaderTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task LoadAsync_SecondBeforeFirstEnds_CancelsTheFirstAndKeepsTheSecond()
    {
        using var loader = new Loader<string>(_time, () => { });
        var first = loader.LoadAsync("It could not be read", async token =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return "first";
        });
        await loader.LoadAsync("It could not be read", _ => Task.FromResult<string?>("second"));
        await first;
        Assert.Equal("second", loader.Value);
        Assert.Null(loader.Failure);
    }

    [Fact]
    public async Task LoadAsync_Refused_KeepsTheValueAndSaysWhy()
    {
        using var loader = new Loader<string>(_time, () => { });
        await loader.LoadAsync("It could not be read", _ => Task.FromResult<string?>("kept"));
        await loader.LoadAsync("It could not be read", _ => throw new StorageException("The disk is full: free some room."));
        Assert.Equal("kept", loader.Value);
        Assert.Equal("The disk is full: free some room.", loader.Failure);
    }

    [Fact]
    public async Task LoadAsync_Bug_IsNotSwallowed()
    {
        using var loader = new Loader<string>(_time, () => { });
        await Assert.ThrowsAsync<InvalidOperationException>(() => loader.LoadAsync("It could not be read", _ => throw new InvalidOperationException()));
    }

    [Fact]
    public async Task LoadAsync_Slow_SaysSoOnlyAfter300Milliseconds()
    {
        var rendered = new TaskCompletionSource();
        using var loader = new Loader<string>(_time, rendered.SetResult);
        var answer = new TaskCompletionSource<string?>();
        var loading = loader.LoadAsync("It could not be read", _ => answer.Task);
        _time.Advance(TimeSpan.FromMilliseconds(299));
        Assert.False(loader.IsSlow);
        _time.Advance(TimeSpan.FromMilliseconds(2));
        await rendered.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.True(loader.IsSlow);
        answer.SetResult("late");
        await loading;
        Assert.False(loader.IsSlow);
        Assert.Equal("late", loader.Value);
    }
}
