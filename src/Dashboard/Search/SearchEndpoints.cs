using LogitLens.Storage;

namespace LogitLens.Dashboard.Search;

/// <summary>Answers the search's field while somebody types. Not part of the interface for scripts: its words are the reader's.</summary>
internal static class SearchEndpoints
{
    private const int MostOfEach = 5;

    /// <summary>Registers what searches.</summary>
    public static IServiceCollection AddSearch(this IServiceCollection services) => services.AddSingleton<GlobalSearch>();

    /// <summary>Maps <c>/search/suggestions?q=</c>.</summary>
    public static void MapSearch(this IEndpointRouteBuilder app) => app.MapGet("/search/suggestions", SuggestAsync).ExcludeFromDescription();

    private static async Task<IResult> SuggestAsync(HttpContext context, GlobalSearch search, CancellationToken cancellationToken, string? q = null)
    {
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            return TypedResults.Ok(Suggestions.From(await search.FindAsync(SearchText.Parse(q), MostOfEach, cancellationToken)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next letter was typed: nobody waits for this answer any more.
            return TypedResults.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
        catch (StorageException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
