using LogitLens.Dashboard.Security;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Api;

/// <summary>Runs and their analyses.</summary>
internal static class RunEndpoints
{
    private const int MaxTake = 500;

    public static void MapRuns(this IEndpointRouteBuilder api)
    {
        var runs = api.MapGroup("/runs").WithTags("Runs");
        runs.MapGet("/", ListAsync)
            .WithName("ListRuns")
            .WithSummary("Runs, newest first")
            .Produces<ApiPage<ApiRun>>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        runs.MapGet("/{id:guid}", GetAsync)
            .WithName("GetRun")
            .WithSummary("One run")
            .Produces<ApiRun>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapPut("/{id:guid}/retention", SetRetentionAsync)
            .AddEndpointFilter<SameOriginFilter>()
            .WithName("SetRetention")
            .WithSummary("Sets how long the run's tokens beyond top-1 stay")
            .WithDescription("kind: default, days (with days), summaries or pinned. What is due goes within the hour, or with POST /api/data/let-go.")
            .Produces<ApiRun>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapGet("/{id:guid}/analyses", ListAnalysesAsync)
            .WithName("ListAnalyses")
            .WithSummary("A run's analyses in their order, in one state if given")
            .Produces<ApiPage<ApiAnalysis>>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RunStore runs, CancellationToken cancellationToken, int skip = 0, int take = 50)
    {
        if (WrongPage(skip, take) is { } refusal)
        {
            return refusal;
        }

        var page = await runs.ListAsync(skip, take, cancellationToken);
        ApiResults.MayChange(context);
        return TypedResults.Ok(new ApiPage<ApiRun>([.. page.Items.Select(ApiRun.From)], page.Total, skip));
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, RunStore runs, CancellationToken cancellationToken)
    {
        ApiResults.MayChange(context);
        return await runs.FindAsync(new RunId(id), cancellationToken) is { } run ? TypedResults.Ok(ApiRun.From(run)) : Unknown();
    }

    private static async Task<IResult> ListAnalysesAsync(
        Guid id, HttpContext context, RunStore runs, CancellationToken cancellationToken, string? state = null, int skip = 0, int take = 100)
    {
        if (WrongPage(skip, take) is { } refusal)
        {
            return refusal;
        }

        AnalysisState? wanted = null;
        if (state is not null)
        {
            // Enum.TryParse alone would take numbers as well.
            if (!Enum.GetNames<AnalysisState>().Contains(state, StringComparer.OrdinalIgnoreCase))
            {
                return ApiResults.BadRequest("The state asked for is unknown: give queued, running, done, failed or cancelled.");
            }

            wanted = Enum.Parse<AnalysisState>(state, ignoreCase: true);
        }

        if (await runs.FindAsync(new RunId(id), cancellationToken) is null)
        {
            return Unknown();
        }

        var page = await runs.ListAnalysesAsync(new RunId(id), wanted, skip, take, cancellationToken);
        ApiResults.MayChange(context);
        return TypedResults.Ok(new ApiPage<ApiAnalysis>([.. page.Items.Select(ApiAnalysis.From)], page.Total, skip));
    }

    private static async Task<IResult> SetRetentionAsync(
        Guid id, RunRetention retention, HttpContext context, RunStore runs, RetentionStore store, CancellationToken cancellationToken)
    {
        if (!Enum.IsDefined(retention.Kind) || (retention.Kind == RetentionKind.Days) != (retention.Days is >= 0 and <= RunRetention.MostDays))
        {
            return ApiResults.BadRequest($"That is no rule: give kind days with 0 to {RunRetention.MostDays} days, or default, summaries or pinned without days.");
        }

        return await store.SetAsync(new RunId(id), retention, cancellationToken) ? await GetAsync(id, context, runs, cancellationToken) : Unknown();
    }

    private static IResult? WrongPage(int skip, int take) =>
        skip < 0 ? ApiResults.BadRequest($"skip is {skip}: give 0 or more.")
        : take is < 1 or > MaxTake ? ApiResults.BadRequest($"take is {take}: give 1 to {MaxTake}.")
        : null;

    private static IResult Unknown() => ApiResults.NotFound("There is no run of that id: it may have been deleted.");
}
