using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Importing;
using LogitLens.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Dashboard.Tests.Importing;

/// <summary>What takes files in, without the service that reads them: what a process leaves that was killed.</summary>
internal sealed class IdleImports : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public IdleImports(string dataFolder)
    {
        var options = new LogitLensOptions { DataFolder = dataFolder };
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddLogitLensOptions(options)
            .AddLogitLensStorage(new StorageOptions { DatabasePath = options.DatabasePath })
            .AddSingleton<PictureIntake>()
            .AddImports()
            .AddImportService()
            .BuildServiceProvider();
    }

    public ImportCoordinator Coordinator => _services.GetRequiredService<ImportCoordinator>();

    public Database Database => _services.GetRequiredService<Database>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
