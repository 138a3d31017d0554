using LogitLens.Storage;

namespace LogitLens.Dashboard.Importing;

/// <summary>Registration.</summary>
internal static class ImportServiceCollectionExtensions
{
    /// <summary>Adds what imports files, without anything that runs by itself.</summary>
    public static IServiceCollection AddImports(this IServiceCollection services)
    {
        services.AddSingleton<CheckpointNaming>();
        services.AddSingleton<ImportSessions>();
        return services;
    }

    /// <summary>Adds what takes uploads in, and the service that reads them.</summary>
    public static IServiceCollection AddImportService(this IServiceCollection services)
    {
        services.AddSingleton<ImportSpool>();
        services.AddSingleton<ImportMonitor>();

        // The public type's constructor takes internal ones, so the container cannot find it by itself.
        services.AddSingleton(s => new ImportCoordinator(
            s.GetRequiredService<ImportJobStore>(), s.GetRequiredService<ImportSessions>(), s.GetRequiredService<ImportSpool>(), s.GetRequiredService<ImportMonitor>()));
        services.AddHostedService<ImportService>();
        return services;
    }
}
