using LogitLens.Dashboard.Analysis;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange;
using LogitLens.Storage.Readings;

namespace LogitLens.Dashboard.Api;

/// <summary>One analysis: its manifest, its readings as they are packed, and the page that holds both.</summary>
internal static class AnalysisEndpoints
{
    public static void MapAnalyses(this IEndpointRouteBuilder api)
    {
        var analyses = api.MapGroup("/analyses/{id:long}").WithTags("Analyses");
        analyses.MapGet("/", GetAsync)
            .WithName("GetAnalysis")
            .WithSummary("What is known of an analysis besides its readings")
            .Produces<AnalysisManifest>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        analyses.MapGet("/readings", GetReadingsAsync)
            .WithName("GetReadings")
            .WithSummary("Packed layer readings, one after another in the order they were committed, from the from-th on")
            .WithDescription("Each reading begins with a header of 32 bytes whose u32 at offset 24 is its length. X-Attempt names the attempt, X-Blobs how many readings it has so far.")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        analyses.MapGet("/export.html", ExportAsync)
            .WithName("ExportAnalysis")
            .WithSummary("A self-contained interactive page")
            .Produces(StatusCodes.Status200OK, contentType: "text/html")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> GetAsync(long id, HttpContext context, RunStore runs, CancellationToken cancellationToken)
    {
        if (await runs.FindAnalysisAsync(new AnalysisId(id), cancellationToken) is not { } detail)
        {
            return Unknown(id);
        }

        // The run's name can change even when the readings no longer do.
        ApiResults.MayChange(context);
        return TypedResults.Ok(AnalysisManifest.From(detail));
    }

    private static async Task<IResult> GetReadingsAsync(
        long id, HttpContext context, ReadingStore readings, CancellationToken cancellationToken, int from = 0, int? attempt = null)
    {
        if (from < 0)
        {
            return ApiResults.BadRequest($"from is {from}, but readings are counted from 0: leave it out or give 0 or more.");
        }

        var mayBeKnown = context.Request.Headers.IfNoneMatch.Count > 0;
        if (await readings.ReadCurrentAsync(new AnalysisId(id), mayBeKnown ? int.MaxValue : from, cancellationToken) is not { } current)
        {
            return Unknown(id);
        }

        SetHeaders(context, current);
        if (current.State == AnalysisState.Done && attempt == current.Attempt)
        {
            if (ApiResults.IsKnown(context, $"{id}-{current.Attempt}-{from}"))
            {
                return TypedResults.StatusCode(StatusCodes.Status304NotModified);
            }
        }
        else
        {
            ApiResults.MayChange(context);
        }

        if (mayBeKnown)
        {
            current = await readings.ReadCurrentAsync(new AnalysisId(id), from, cancellationToken);
            if (current is null)
            {
                return Unknown(id);
            }

            SetHeaders(context, current);
        }

        // The bytes of the database are the bytes of the answer; nobody looks inside.
        var packed = current.Packed;
        context.Response.ContentLength = packed.Sum(blob => (long)blob.Length);
        return TypedResults.Stream(
            async body =>
            {
                foreach (var blob in packed)
                {
                    await body.WriteAsync(blob, cancellationToken);
                }
            },
            "application/octet-stream");
    }

    private static void SetHeaders(HttpContext context, AttemptReadings current)
    {
        context.Response.Headers["X-Attempt"] = $"{current.Attempt}";
        context.Response.Headers["X-Blobs"] = $"{current.Total}";
    }

    private static async Task<IResult> ExportAsync(
        long id, RunStore runs, ReadingStore readings, CheckpointStore checkpoints, ImageStore images, CancellationToken cancellationToken)
    {
        if (await runs.FindAnalysisAsync(new AnalysisId(id), cancellationToken) is not { } detail)
        {
            return Unknown(id);
        }

        if (detail.Row.State != AnalysisState.Done)
        {
            return ApiResults.Conflict($"Analysis {id} is not done, so there is no page of it yet: wait for it, or retry it.");
        }

        var page = await AnalysisPage.WriteAsync(detail, readings, checkpoints, images, cancellationToken);
        return TypedResults.File(page, "text/html; charset=utf-8", $"{Path.GetFileNameWithoutExtension(detail.Image.Name)}.html");
    }

    private static IResult Unknown(long id) => ApiResults.NotFound($"There is no analysis {id}: it may have been deleted with its run.");
}
