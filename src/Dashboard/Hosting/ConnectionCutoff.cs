namespace LogitLens.Dashboard.Hosting;

/// <summary>Lets the program end within seconds although browsers are connected.</summary>
/// <remarks>
/// When the host stops, SignalR closes the circuits it has, and every page at once connects again over a connection that is still open: the web server
/// would then wait for that circuit for as long as the host's shutdown may take.
/// </remarks>
internal sealed class ConnectionCutoff : IDisposable
{
    /// <summary>What is being answered when the host stops has so long to finish.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private static readonly PathString Circuits = "/_blazor";

    private readonly CancellationTokenSource _cutoff = new();
    private readonly CancellationTokenRegistration _stopping;
    private readonly IHostApplicationLifetime _lifetime;

    public ConnectionCutoff(IHostApplicationLifetime lifetime)
    {
        _lifetime = lifetime;
        _stopping = lifetime.ApplicationStopping.Register(() => _cutoff.CancelAfter(Grace));
    }

    /// <summary>Refuses new circuits while the host stops, and ends what outlasts the grace.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (_lifetime.ApplicationStopping.IsCancellationRequested && context.Request.Path.StartsWithSegments(Circuits))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.Connection = "close";
            return;
        }

        await using var registration = _cutoff.Token.Register(context.Abort);
        await next(context);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _cutoff.Dispose();
    }
}
