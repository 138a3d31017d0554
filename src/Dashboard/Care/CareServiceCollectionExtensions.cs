namespace LogitLens.Dashboard.Care;

/// <summary>Registration.</summary>
internal static class CareServiceCollectionExtensions
{
    /// <summary>Adds what cares for the data while the dashboard runs, and the backups it takes by itself.</summary>
    public static IServiceCollection AddCare(this IServiceCollection services)
    {
        services.AddSingleton<DataCare>();
        services.AddHostedService<BackupSchedule>();
        services.AddHostedService<RetentionSchedule>();
        return services;
    }
}
