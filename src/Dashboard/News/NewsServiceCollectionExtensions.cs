namespace LogitLens.Dashboard.News;

/// <summary>Registration.</summary>
internal static class NewsServiceCollectionExtensions
{
    /// <summary>Adds word of runs that end, without anything that runs by itself.</summary>
    public static IServiceCollection AddNews(this IServiceCollection services) => services.AddSingleton<RunNews>();

    /// <summary>Adds the service that notices them.</summary>
    public static IServiceCollection AddNewsService(this IServiceCollection services) => services.AddHostedService<RunNewsService>();
}
