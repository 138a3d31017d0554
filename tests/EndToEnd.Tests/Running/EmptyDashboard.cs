namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>The program with nothing in its database.</summary>
public sealed class EmptyDashboard : IAsyncLifetime
{
    private readonly string _folder = DashboardProcess.NewDataFolder();

    /// <summary>The running program.</summary>
    public DashboardProcess Dashboard { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => Dashboard = await DashboardProcess.StartAsync(_folder, TestContext.Current.CancellationToken, "--no-demo");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Dashboard.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
