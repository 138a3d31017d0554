using LogitLens.Dashboard.Hosting;
using LogitLens.Storage;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Registration.</summary>
internal static class AnalysisServiceCollectionExtensions
{
    /// <summary>Adds what takes pictures and runs in and analyses them, without anything that runs by itself.</summary>
    public static IServiceCollection AddAnalysis(this IServiceCollection services)
    {
        services.AddSingleton<AnalysisMonitor>();
        services.AddSingleton<CurrentWork>();
        services.AddSingleton<PictureIntake>();
        services.AddSingleton<CheckpointRegistry>();
        services.AddSingleton<EngineHost>();
        services.AddSingleton<AnalysisRunner>();

        // The public type's constructor takes internal ones, so the container cannot find it by itself.
        services.AddSingleton(s => new RunCoordinator(
            s.GetRequiredService<RunStore>(),
            s.GetRequiredService<AnalysisQueue>(),
            s.GetRequiredService<CheckpointRegistry>(),
            s.GetRequiredService<PictureIntake>(),
            s.GetRequiredService<CurrentWork>(),
            s.GetRequiredService<AnalysisMonitor>(),
            s.GetRequiredService<IOptions<LogitLensOptions>>()));
        services.AddSingleton(s => new RunRepeater(s.GetRequiredService<RunStore>(), s.GetRequiredService<RunCoordinator>()));
        return services;
    }

    /// <summary>Adds the service that works the queue off.</summary>
    public static IServiceCollection AddAnalysisService(this IServiceCollection services)
    {
        services.AddSingleton<DemoSeed>();
        services.AddHostedService<AnalysisService>();
        return services;
    }
}
