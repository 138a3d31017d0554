using LogitLens.Storage;
using LogitLens.Storage.Jobs;
using LogitLens.Storage.Statistics;

namespace LogitLens.Dashboard.Api;

/// <summary>Statistics over many analyses.</summary>
internal static class StatisticsEndpoints
{
    private const int MaxTake = 1000;
    private const string Later = "202 with a job where it takes over a second: ask again with the same parameters once the job is done.";

    public static void MapStatistics(this IEndpointRouteBuilder api)
    {
        var statistics = api.MapGroup("/statistics").WithTags("Statistics");
        statistics.MapGet("/layers", GetLayersAsync)
            .WithName("GetLayerStatistics")
            .WithSummary("Best layers; confidence, entropy, filler, scripts and agreement with layer L by layer; patches, text and answer apart")
            .WithDescription($"Without parameters over every analysis that is Done. {Later} Bins are those of /scales; quartiles err by less than their bin's width.")
            .ProducesStatistics<ApiLayerStatistics>();
        statistics.MapGet("/tokens", GetTokensAsync)
            .WithName("GetTokenStatistics")
            .WithSummary("The most frequent top-1 tokens by layer")
            .WithDescription(Later)
            .ProducesStatistics<ApiTokenStatistics>();
        statistics.MapGet("/map", GetMapAsync)
            .WithName("GetMeanMap")
            .WithSummary("A mean over analyses for each cell of the picture's grid")
            .WithDescription($"{Later} Where grids differ, each is laid over the most frequent one by area.")
            .ProducesStatistics<ApiMap>();
        statistics.MapGet("/scales", () => TypedResults.Ok(new ApiScales(StatisticsScales.Confidence, StatisticsScales.Entropy)))
            .WithName("GetStatisticsScales")
            .WithSummary("The edges of the bins of every distribution");
        statistics.MapGet("/jobs/{id:guid}", GetJob)
            .WithName("GetStatisticsJob")
            .WithSummary("How far statistics are")
            .Produces<ApiStatisticsJob>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        statistics.MapDelete("/jobs/{id:guid}", CancelJob)
            .WithName("CancelStatisticsJob")
            .WithSummary("Cancels statistics that are being computed")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static Task<IResult> GetLayersAsync(
        [AsParameters] StatisticsRequest request, HttpContext context, StatisticsJobs jobs, CancellationToken cancellationToken) => AnswerAsync(
        request,
        StatisticsPart.Layers,
        context,
        jobs,
        statistics => new ApiLayerStatistics(statistics.Group(PositionGroup.Patches), statistics.Group(PositionGroup.Text), statistics.Group(PositionGroup.Answer)),
        cancellationToken);

    private static Task<IResult> GetTokensAsync(
        [AsParameters] StatisticsRequest request,
        HttpContext context,
        StatisticsJobs jobs,
        CancellationToken cancellationToken,
        string group = "patches",
        int? layer = null,
        int take = 20,
        bool withFiller = true)
    {
        if (!ApiWords.TryRead<PositionGroup>(group, out var wanted))
        {
            return Task.FromResult(ApiResults.BadRequest(ApiWords.Refusal<PositionGroup>("group", group)));
        }

        return take is < 1 or > MaxTake
            ? Task.FromResult(ApiResults.BadRequest($"take is {take}: give 1 to {MaxTake}."))
            : AnswerAsync(
                request,
                StatisticsPart.TokensAndMaps,
                context,
                jobs,
                statistics => new ApiTokenStatistics(
                    wanted,
                    [.. statistics.TokenLayers.Where(l => layer is null || l == layer).Select(l => ApiLayerTokens.From(statistics.Tokens(wanted, l, take, withFiller)))]),
                cancellationToken);
    }

    private static Task<IResult> GetMapAsync(
        [AsParameters] StatisticsRequest request,
        HttpContext context,
        StatisticsJobs jobs,
        CancellationToken cancellationToken,
        string quantity = "bestLayer",
        int? layer = null,
        int tile = 0)
    {
        if (!ApiWords.TryRead<MapQuantity>(quantity, out var wanted))
        {
            return Task.FromResult(ApiResults.BadRequest(ApiWords.Refusal<MapQuantity>("quantity", quantity)));
        }

        return layer is null && wanted is not (MapQuantity.BestLayer or MapQuantity.Mask)
            ? Task.FromResult(ApiResults.BadRequest($"A map of {quantity} is of one layer: give layer."))
            : AnswerAsync(request, StatisticsPart.TokensAndMaps, context, jobs, statistics => new ApiMap(statistics.Tiles, statistics.Map(wanted, layer ?? 0, tile)), cancellationToken);
    }

    private static async Task<IResult> AnswerAsync<T>(
        StatisticsRequest request, StatisticsPart part, HttpContext context, StatisticsJobs jobs, Func<CheckpointStatistics, T> describe, CancellationToken cancellationToken)
    {
        ApiResults.MayChange(context);
        var (query, refusal) = request.Read(part);
        if (query is null)
        {
            return ApiResults.BadRequest(refusal!);
        }

        StatisticsJob job;
        try
        {
            job = await jobs.AskAsync(query, cancellationToken);
        }
        catch (ArgumentException exception)
        {
            return ApiResults.BadRequest(exception.Message);
        }

        return job switch
        {
            { Result: { } result } => TypedResults.Ok(ApiStatistics<T>.From(result, describe)),
            { State: JobState.Failed } => throw new StorageException(job.Error ?? "The statistics could not be computed."),
            _ => TypedResults.Accepted($"/api/statistics/jobs/{job.Id}", ApiStatisticsJob.From(job)),
        };
    }

    private static IResult GetJob(Guid id, HttpContext context, StatisticsJobs jobs)
    {
        ApiResults.MayChange(context);
        return jobs.Find(id) is { } job ? TypedResults.Ok(ApiStatisticsJob.From(job)) : UnknownJob();
    }

    private static IResult CancelJob(Guid id, StatisticsJobs jobs) => jobs.Cancel(id) ? TypedResults.NoContent() : UnknownJob();

    private static IResult UnknownJob() => ApiResults.NotFound("No statistics of that id are being computed: they may have ended long ago. Ask the first question again.");

    private static RouteHandlerBuilder ProducesStatistics<T>(this RouteHandlerBuilder endpoint) => endpoint
        .Produces<ApiStatistics<T>>()
        .Produces<ApiStatisticsJob>(StatusCodes.Status202Accepted)
        .ProducesProblem(StatusCodes.Status400BadRequest);
}
