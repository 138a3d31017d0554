using LogitLens.Storage;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Hosting;

/// <summary>What has to stand before anything listens or works: the data folder's lock and the database.</summary>
/// <remarks>The lock comes first among the constructor's parameters, so that the container disposes of it after the database.</remarks>
internal sealed class StartupService(DataFolderLock folderLock, Database database, Analysis.DemoSeed demo, IOptions<LogitLensOptions> options) : IHostedLifecycleService
{
    /// <exception cref="StartFailureException">The data folder cannot be used.</exception>
    /// <exception cref="StorageException">The database cannot be used.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(options.Value.DataFolder);
        folderLock.Take(folder, $"choose another with --data or {LogitLensOptions.Section}:{nameof(LogitLensOptions.DataFolder)}");
        demo.NoteWhetherNew();
        await database.PrepareAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
