using System.Net.WebSockets;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogitLens.Dashboard.Tests.Hosting;

public sealed class ShutdownTests
{
    [Theory]
    [InlineData("/_blazor", StatusCodes.Status503ServiceUnavailable)]
    [InlineData("/_blazor/negotiate", StatusCodes.Status503ServiceUnavailable)]
    [InlineData("/api/runs", StatusCodes.Status200OK)]
    public async Task Invoke_WhileTheHostStops_RefusesNewCircuitsOnly(string path, int expected)
    {
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        using var cutoff = new ConnectionCutoff(lifetime);
        lifetime.StopApplication();
        var context = new DefaultHttpContext();
        context.Request.Path = path;
        await cutoff.InvokeAsync(context, _ => Task.CompletedTask);
        Assert.Equal(expected, context.Response.StatusCode);
    }

    [Fact]
    public async Task Invoke_OfARequestThatOutlastsTheGrace_IsAborted()
    {
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        using var cutoff = new ConnectionCutoff(lifetime);
        var context = new DefaultHttpContext();
        var aborted = new AbortFeature();
        context.Features.Set<IHttpRequestLifetimeFeature>(aborted);
        await cutoff.InvokeAsync(context, _ =>
        {
            lifetime.StopApplication();
            return aborted.Aborted.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        });
        Assert.True(aborted.Aborted.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Stop_WithACircuitAndWorkUnderWay_TakesSecondsAndPutsTheWorkBack()
    {
        using var folder = new TemporaryFolder();
        var dashboard = await RunningDashboard.StartAsync(folder.Path);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(dashboard.Client.BaseAddress!) { Scheme = "ws", Path = "/_blazor" }.Uri, TestContext.Current.CancellationToken);

        // A batch is claimed at once, so how many run is any number from one up, for as long as the batch takes: with every picture and layer that is
        // seconds, which a poll cannot miss however busy the machine is.
        string[] pictures = ["arctic.png", "beach.jpg", "concert.jpg", "empty-field.jpg", "farm.jpg", "garden.jpg", "harbour.jpg", "market.jpg", "music-in-the-snow.png", "savanna.jpg"];
        var run = await dashboard.QueueAsync(pictures, new RunSettings(AnswerTokens: 32));
        await dashboard.WaitForAsync(run, counts => counts.Running > 0);
        var began = TimeProvider.System.GetTimestamp();
        await dashboard.DisposeAsync();

        // A circuit that is waited for takes the host's whole patience, a minute.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(40));
        var stopped = TimeProvider.System.GetUtcNow();

        await using var again = await RunningDashboard.StartAsync(folder.Path);
        Assert.Equal(pictures.Length, (await again.WaitUntilFinishedAsync(run)).Counts.Done);
        Assert.Contains(await again.AnalysesAsync(run), analysis => analysis.FinishedAt > stopped);
    }

    private sealed class AbortFeature : IHttpRequestLifetimeFeature
    {
        public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => Aborted.TrySetResult();
    }
}
