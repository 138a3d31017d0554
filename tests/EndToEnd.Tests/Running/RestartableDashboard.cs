namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>The program with the demo analysed, which tests may end and start again at the same address.</summary>
public sealed class RestartableDashboard : IAsyncLifetime
{
    private readonly string _folder = DashboardProcess.NewDataFolder();
    private bool _isEnded;

    /// <summary>The program, as it runs now.</summary>
    public DashboardProcess Dashboard { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        Dashboard = await DashboardProcess.StartAsync(_folder, cancellationToken);
        await Dashboard.WaitForAsync(
            "/api/runs",
            runs => runs.GetProperty("items").EnumerateArray().Any(run => run.GetProperty("counts").GetProperty("done").GetInt32() == 12),
            TimeSpan.FromMinutes(3),
            cancellationToken);
    }

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _isEnded = true;
        await Dashboard.KillAsync();
    }

    /// <summary>Starts it again if a test before left it ended.</summary>
    public Task EnsureAsync(CancellationToken cancellationToken) => _isEnded ? StartAgainAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Starts the program on the same data, at the same address.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        var address = Dashboard.Address.GetLeftPart(UriPartial.Authority);
        await Dashboard.DisposeAsync();
        Dashboard = await DashboardProcess.StartAsync(_folder, cancellationToken, "--urls", address);
        _isEnded = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Dashboard.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
