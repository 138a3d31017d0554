using LogitLens.Dashboard.Components.Common;
using Microsoft.Extensions.Time.Testing;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class RenderThrottleTests
{
    private readonly FakeTimeProvider _time = new();
    private int _calls;

    [Fact]
    public void Signal_AThousandInASecond_CallsAtMostFiveTimesAndNeverLosesTheLast()
    {
        using var throttle = new RenderThrottle(_time, TimeSpan.FromMilliseconds(250), Count);
        for (var i = 0; i < 1000; i++)
        {
            throttle.Signal();
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(_calls, 4, 5);
        var before = _calls;
        throttle.Signal();
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(before + 1, _calls);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(before + 1, _calls);
    }

    [Fact]
    public void Signal_First_CallsAtOnce()
    {
        using var throttle = new RenderThrottle(_time, TimeSpan.FromMilliseconds(250), Count);
        throttle.Signal();
        Assert.Equal(1, _calls);
    }

    [Fact]
    public void Signal_AfterDispose_DoesNothing()
    {
        var throttle = new RenderThrottle(_time, TimeSpan.FromMilliseconds(250), Count);
        throttle.Signal();
        throttle.Signal();
        throttle.Dispose();
        throttle.Signal();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _calls);
    }

    private Task Count()
    {
        _calls++;
        return Task.CompletedTask;
    }
}
