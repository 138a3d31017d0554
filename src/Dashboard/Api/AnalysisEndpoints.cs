using LogitLens.Dashboard.Analysis;
using LogitLens.Inference;
using LogitLens.Inference.Imaging;
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
            .WithDescription("Each reading begins with a header of 32 bytes whose u32 at offset 24 is its length. X-Attempt names the attempt, X-Blobs how many readings it has so far. part=rest leaves out what /summary holds.")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        analyses.MapGet("/summary", GetSummaryAsync)
            .WithName("GetSummary")
            .WithSummary("Packed summaries (top-1 id, score and entropy of every position), one after another, in the order of /readings")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .ProducesProblem(StatusCodes.Status404NotFound);
        analyses.MapGet("/layers/{layer:int}", GetLayerAsync)
            .WithName("GetLayer")
            .WithSummary("One packed layer reading")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .ProducesProblem(StatusCodes.Status404NotFound);
        analyses.MapGet("/input", GetInputAsync)
            .WithName("GetModelInput")
            .WithSummary("The picture as the vision tower was given it, pixel for pixel: the whole, resized and cropped, or (look=fine) the tiles of a finer look put together")
            .Produces(StatusCodes.Status200OK, contentType: "image/png")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
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

    private static async Task<IResult> GetInputAsync(
        long id, HttpContext context, RunStore runs, ImageStore images, CancellationToken cancellationToken, string look = "whole")
    {
        if (!ApiWords.TryRead<ModelLook>(look, out var wanted))
        {
            return ApiResults.BadRequest(ApiWords.Refusal<ModelLook>("look", look));
        }

        if (await runs.FindAnalysisAsync(new AnalysisId(id), cancellationToken) is not { } detail || await images.ReadAsync(detail.Image.Sha256, cancellationToken) is not { } file)
        {
            return Unknown(id);
        }

        if (ApiResults.IsKnown(context, $"input-{id}-{wanted}"))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        var orientation = detail.Run.Settings.ApplyExifOrientation ? PictureOrientation.Exif : PictureOrientation.AsStored;
        try
        {
            return TypedResults.Bytes(await Task.Run(() => ModelInput.From(detail.Run.Checkpoint.Folder, file.Bytes, orientation, wanted), cancellationToken), "image/png");
        }
        catch (RefusedInputException refused)
        {
            // The checkpoint's folder moved on since, or there never was one: the results came from a file.
            context.Response.Headers.ETag = default;
            ApiResults.MayChange(context);
            return ApiResults.Conflict($"What the model was given of this picture cannot be made again. {refused.Message}");
        }
    }

    private static Task<IResult> GetReadingsAsync(
        long id, HttpContext context, ReadingStore readings, CancellationToken cancellationToken, int from = 0, int? attempt = null, string part = "whole")
    {
        if (from < 0)
        {
            return Task.FromResult(ApiResults.BadRequest($"from is {from}, but readings are counted from 0: leave it out or give 0 or more."));
        }

        return ApiWords.TryRead<ReadingPart>(part, out var wanted)
            ? ServeAsync(id, context, readings, from, attempt, wanted, cancellationToken)
            : Task.FromResult(ApiResults.BadRequest(ApiWords.Refusal<ReadingPart>("part", part)));
    }

    private static Task<IResult> GetSummaryAsync(long id, HttpContext context, ReadingStore readings, CancellationToken cancellationToken, int? attempt = null) =>
        ServeAsync(id, context, readings, 0, attempt, ReadingPart.Summary, cancellationToken);

    private static async Task<IResult> ServeAsync(
        long id, HttpContext context, ReadingStore readings, int from, int? attempt, ReadingPart part, CancellationToken cancellationToken)
    {
        var mayBeKnown = context.Request.Headers.IfNoneMatch.Count > 0;
        if (await readings.ReadCurrentAsync(new AnalysisId(id), mayBeKnown ? int.MaxValue : from, part, cancellationToken) is not { } current)
        {
            return Unknown(id);
        }

        SetHeaders(context, current);
        if (current.State == AnalysisState.Done && attempt == current.Attempt)
        {
            if (ApiResults.IsKnown(context, $"{id}-{current.Attempt}-{part}-{from}"))
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
            current = await readings.ReadCurrentAsync(new AnalysisId(id), from, part, cancellationToken);
            if (current is null)
            {
                return Unknown(id);
            }

            SetHeaders(context, current);
        }

        // The bytes of the database are the bytes of the answer (a whole layer is its two parts put together); nobody looks at a number.
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

    private static async Task<IResult> GetLayerAsync(
        long id,
        int layer,
        HttpContext context,
        ReadingStore readings,
        CancellationToken cancellationToken,
        int? attempt = null,
        string segment = "prompt",
        string part = "whole")
    {
        if (!ApiWords.TryRead<ReadingSegment>(segment, out var wantedSegment))
        {
            return ApiResults.BadRequest(ApiWords.Refusal<ReadingSegment>("segment", segment));
        }

        if (!ApiWords.TryRead<ReadingPart>(part, out var wanted))
        {
            return ApiResults.BadRequest(ApiWords.Refusal<ReadingPart>("part", part));
        }

        // Skipping all of them tells the attempt and its state without reading one.
        if (await readings.ReadCurrentAsync(new AnalysisId(id), int.MaxValue, wanted, cancellationToken) is not { } current)
        {
            return Unknown(id);
        }

        SetHeaders(context, current);
        if (current.State != AnalysisState.Done || attempt != current.Attempt)
        {
            ApiResults.MayChange(context);
        }
        else if (ApiResults.IsKnown(context, $"{id}-{current.Attempt}-{wantedSegment}-{layer}-{wanted}"))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        if (await readings.ReadLayerAsync(new AnalysisId(id), wantedSegment, layer, wanted, cancellationToken) is { } packed)
        {
            return TypedResults.Bytes(packed, "application/octet-stream");
        }

        ApiResults.MayChange(context);
        context.Response.Headers.ETag = default;
        return ApiResults.NotFound(
            $"Analysis {id} has no reading of layer {layer} in its {wantedSegment} segment: its run may have left that layer out, or it has not been read yet.");
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
