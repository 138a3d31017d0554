namespace LogitLens.Dashboard.Exports;

/// <summary>Registration.</summary>
internal static class ExportServiceCollectionExtensions
{
    /// <summary>Adds what exports need, for the dashboard and the command line.</summary>
    public static IServiceCollection AddExports(this IServiceCollection services)
    {
        services.AddSingleton<Exporter>();
        services.AddSingleton<ExportTickets>();
        return services;
    }
}
