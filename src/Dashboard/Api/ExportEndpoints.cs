using LogitLens.Dashboard.Exports;
using LogitLens.Dashboard.Filters;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Export;
using Microsoft.AspNetCore.Http.Features;

namespace LogitLens.Dashboard.Api;

/// <summary>Exports of an analysis, a run or a selection, streamed while they are made.</summary>
internal static class ExportEndpoints
{
    private const int MostChosen = 10_000;

    private const string Description = """
        format: csv, parquet, json, png, svg, html, archive or safetensors. csv and parquet: table=readings|best, raw=true to leave texts that a spreadsheet
        would run as formulas as they are (csv). best tables and maps: by=p|entropy|margin, window=1-32. png and svg: map=best|confidence|entropy|token|filler,
        layer=best|emb|N, token=ID, theme=light|dark, over=true|false (over the picture or alone), strength=0…1, size=64…8192, title, legend=true|false.
        json: picture=false leaves the image's file out. Formats with a file per analysis come as a zip for several.
        """;

    private static readonly string[] MediaTypes =
        ["application/vnd.apache.parquet", "application/json", "image/png", "image/svg+xml", "text/html", "application/zip", "application/octet-stream"];

    public static void MapExports(this IEndpointRouteBuilder api)
    {
        Describe(api.MapGet("/analyses/{id:long}/export", (long id, HttpContext context, ExportTickets tickets) => SendAsync(context, ExportScope.Of(new AnalysisId(id)), tickets)), "Analyses", "ExportAnalysisAs", "One analysis in one of eight forms");
        Describe(api.MapGet("/runs/{id:guid}/export", (Guid id, HttpContext context, ExportTickets tickets) => SendAsync(context, ExportScope.Of(new RunId(id)), tickets)), "Runs", "ExportRun", "A run's finished analyses in one of eight forms");
        Describe(api.MapGet("/export", SendSelectionAsync), "Runs", "Export", "Several runs (run=ID, again and again) or analyses (analysis=ID, or analyses=3-14_20) in one of eight forms");
    }

    private static void Describe(RouteHandlerBuilder endpoint, string tag, string name, string summary) => endpoint
        .WithTags(tag)
        .WithName(name)
        .WithSummary(summary)
        .WithDescription(Description)
        .Produces(StatusCodes.Status200OK, contentType: "text/csv", additionalContentTypes: MediaTypes)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict);

    private static Task<IResult> SendSelectionAsync(HttpContext context, ExportTickets tickets)
    {
        var runs = new List<RunId>();
        foreach (var text in context.Request.Query["run"])
        {
            if (!Guid.TryParse(text, out var id))
            {
                return Task.FromResult(ApiResults.BadRequest("A run asked for has no id of a run: give 32 hex digits."));
            }

            runs.Add(new RunId(id));
        }

        var analyses = new List<AnalysisId>();
        foreach (var text in context.Request.Query["analysis"])
        {
            if (!long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id))
            {
                return Task.FromResult(ApiResults.BadRequest("An analysis asked for has no id of an analysis: give a number."));
            }

            analyses.Add(new AnalysisId(id));
        }

        analyses.AddRange(IdRanges.Parse(context.Request.Query["analyses"]).Select(id => new AnalysisId(id)));
        return runs.Count + analyses.Count > MostChosen
            ? Task.FromResult(ApiResults.BadRequest($"{runs.Count + analyses.Count} runs and analyses were chosen, but at most {MostChosen} can be: export them in parts."))
            : SendAsync(context, new ExportScope(runs, analyses), tickets);
    }

    private static async Task<IResult> SendAsync(HttpContext context, ExportScope scope, ExportTickets tickets)
    {
        var cancellationToken = context.RequestAborted;
        var services = context.RequestServices;
        var ticket = tickets.Find(context.Request.Query["ticket"]);
        PreparedExport prepared;
        try
        {
            var request = ExportOptionsReader.Read(scope, name => context.Request.Query[name], name => name);
            prepared = await services.GetRequiredService<Exporter>().PrepareAsync(request, cancellationToken);
        }
        catch (ExportRefusedException refused)
        {
            ticket?.Fail(refused.Message);
            return refused.IsMissing ? ApiResults.NotFound(refused.Message) : ApiResults.Conflict(refused.Message);
        }
        catch (RefusedInputException refused)
        {
            ticket?.Fail(refused.Message);
            return ApiResults.BadRequest(refused.Message);
        }

        // A run's name can change, and so can what is done of it.
        ApiResults.MayChange(context);
        return TypedResults.Stream(body => WriteAsync(context, prepared, ticket, body), prepared.MediaType, prepared.FileName);
    }

    private static async Task WriteAsync(HttpContext context, PreparedExport prepared, ExportTicket? ticket, Stream body)
    {
        // Zip, CSV and JSON writers write synchronously; it is their own thread that waits for a slow reader.
        if (context.Features.Get<IHttpBodyControlFeature>() is { } control)
        {
            control.AllowSynchronousIO = true;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ticket?.Stopped ?? CancellationToken.None);
        ticket?.Begin(prepared.Total);
        try
        {
            await Task.Run(
                async () =>
                {
                    await using var buffered = new BufferedStream(body, 1 << 16);
                    await prepared.WriteAsync(buffered, progress => ticket?.Report(progress), stop.Token);
                },
                stop.Token);
            ticket?.Finish();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was sent is no whole file, and the browser must not take it for one.
            ticket?.Cancelled();
            context.Abort();
        }
        catch (Exception exception)
        {
            ticket?.Fail(exception is StorageException or RefusedInputException ? exception.Message : "The export failed in a way that was not foreseen; the log says more.");
            context.Abort();
            throw;
        }
    }
}
