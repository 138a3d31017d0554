using LogitLens.Dashboard.Importing;
using LogitLens.Dashboard.Security;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Exchange.Import;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace LogitLens.Dashboard.Api;

/// <summary>Imports: files handed over in one request, read in the background.</summary>
internal static class ImportEndpoints
{
    private const int MaxTake = 500;
    private const int MaxFields = 8_192;
    private const int MaxBoundary = 200;

    public static void MapImports(this IEndpointRouteBuilder api)
    {
        var imports = api.MapGroup("/imports").WithTags("Imports");
        imports.MapGet("/", ListAsync)
            .WithName("ListImports")
            .WithSummary("Imports, newest first")
            .Produces<ApiPage<ApiImport>>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        imports.MapGet("/{id:guid}", GetAsync)
            .WithName("GetImport")
            .WithSummary("How far an import is")
            .Produces<ApiImport>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        imports.MapGet("/{id:guid}/files", ListFilesAsync)
            .WithName("ListImportFiles")
            .WithSummary("An import's files and what became of them, in one state if given")
            .Produces<ApiPage<ApiImportFile>>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        var changing = imports.MapGroup("").AddEndpointFilter<SameOriginFilter>();
        changing.MapPost("/", PostAsync)
            .WithName("Import")
            .WithSummary("Imports pages of llava-interp, archives and JSON of LogitLens")
            .WithDescription(
                "multipart/form-data: first the fields name (what the run is called) and checkpoint (a folder with tokenizer files on the server, or a hash or name the database knows), both "
                + "optional; then any number of files. The answer comes once they have arrived; they are read in the background, and the address in Location says how far that is.")
            .Accepts<IFormFileCollection>("multipart/form-data")
            .Produces<ApiImport>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status403Forbidden);
        changing.MapPost("/{id:guid}/cancel", CancelAsync)
            .WithName("CancelImport")
            .WithSummary("Stops an import: what waits is not read any more, what was imported stays")
            .Produces<ApiImport>()
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> PostAsync(HttpContext context, ImportCoordinator coordinator, ImportJobStore jobs, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // Each file has a limit of its own, and nothing of it stays in memory.
            size.MaxRequestBodySize = null;
        }

        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= MaxBoundary } boundary)
        {
            return ApiResults.BadRequest("The request is no form: send the files as multipart/form-data, as curl -F file=@page.html does.");
        }

        ImportJobId? job = null;
        try
        {
            job = await TakeAsync(new MultipartReader(boundary, context.Request.Body), coordinator, cancellationToken);
            if (job is not { } begun)
            {
                return ApiResults.BadRequest("The form has no file: add at least one, as curl -F file=@page.html does.");
            }

            var row = await jobs.FindAsync(begun, cancellationToken);
            return TypedResults.Accepted($"/api/imports/{begun}", ApiImport.From(row!));
        }
        catch (RefusedInputException refused)
        {
            return ApiResults.BadRequest(refused.Message);
        }
        catch (Exception exception) when (exception is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            return ApiResults.BadRequest($"The form cannot be read ({exception.Message.TrimEnd('.')}): send it again.");
        }
    }

    /// <summary>Takes the form's parts as they come; null if there was no file.</summary>
    private static async Task<ImportJobId?> TakeAsync(MultipartReader reader, ImportCoordinator coordinator, CancellationToken cancellationToken)
    {
        string? name = null, checkpoint = null;
        ImportJobId? job = null;
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (section.GetContentDispositionHeader() is not { } disposition)
                {
                    continue;
                }

                if (disposition.IsFileDisposition())
                {
                    var file = disposition.FileNameStar.Value ?? HeaderUtilities.RemoveQuotes(disposition.FileName).Value ?? "file";
                    job ??= await coordinator.BeginAsync(string.IsNullOrWhiteSpace(name) ? Path.GetFileName(file) : name, checkpoint, 0, cancellationToken);
                    await TakeFileAsync(job.Value, file, section.Body, coordinator, cancellationToken);
                    continue;
                }

                var text = await ReadFieldAsync(section.Body, cancellationToken);
                switch (HeaderUtilities.RemoveQuotes(disposition.Name).Value)
                {
                    case "name":
                        name = text;
                        break;
                    case "checkpoint":
                        checkpoint = text;
                        break;
                    case var other:
                        throw new RefusedInputException($"The form has a field \"{other}\", which means nothing here: name, checkpoint and files are known, the files last.");
                }
            }
        }
        catch
        {
            if (job is { } broken)
            {
                await coordinator.CloseAsync(broken, "The request ended before all its files had come; send them again: those that are here are left as they are.", CancellationToken.None);
            }

            throw;
        }

        if (job is { } whole)
        {
            await coordinator.CloseAsync(whole, null, CancellationToken.None);
        }

        return job;
    }

    private static async Task TakeFileAsync(ImportJobId job, string name, Stream content, ImportCoordinator coordinator, CancellationToken cancellationToken)
    {
        try
        {
            await coordinator.AddFileAsync(job, name, content, cancellationToken);
        }
        catch (RefusedInputException refused)
        {
            await coordinator.RefuseFileAsync(job, name, refused.Message, cancellationToken);
        }
    }

    private static async Task<string> ReadFieldAsync(Stream body, CancellationToken cancellationToken)
    {
        var bytes = new byte[MaxFields + 1];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MaxFields
            ? System.Text.Encoding.UTF8.GetString(bytes, 0, length)
            : throw new RefusedInputException($"A field of the form has more than {MaxFields} bytes: send files as files, with a file name.");
    }

    private static async Task<IResult> ListAsync(HttpContext context, ImportJobStore jobs, CancellationToken cancellationToken, int skip = 0, int take = 50)
    {
        if (WrongPage(skip, take) is { } refusal)
        {
            return refusal;
        }

        ApiResults.MayChange(context);
        var page = await jobs.ListAsync(skip, take, cancellationToken);
        return TypedResults.Ok(new ApiPage<ApiImport>([.. page.Items.Select(ApiImport.From)], page.Total, skip));
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, ImportJobStore jobs, CancellationToken cancellationToken)
    {
        ApiResults.MayChange(context);
        return await jobs.FindAsync(new ImportJobId(id), cancellationToken) is { } job ? TypedResults.Ok(ApiImport.From(job)) : Unknown();
    }

    private static async Task<IResult> ListFilesAsync(
        Guid id, HttpContext context, ImportJobStore jobs, CancellationToken cancellationToken, string? state = null, int skip = 0, int take = 100)
    {
        if (WrongPage(skip, take) is { } refusal)
        {
            return refusal;
        }

        ImportFileState? wanted = null;
        if (state is not null)
        {
            if (!Enum.GetNames<ImportFileState>().Contains(state, StringComparer.OrdinalIgnoreCase))
            {
                return ApiResults.BadRequest("The state asked for is unknown: give waiting, imported, alreadyHere, failed or cancelled.");
            }

            wanted = Enum.Parse<ImportFileState>(state, ignoreCase: true);
        }

        if (await jobs.FindAsync(new ImportJobId(id), cancellationToken) is null)
        {
            return Unknown();
        }

        ApiResults.MayChange(context);
        var page = await jobs.ListFilesAsync(new ImportJobId(id), wanted, skip, take, cancellationToken);
        return TypedResults.Ok(new ApiPage<ApiImportFile>([.. page.Items.Select(ApiImportFile.From)], page.Total, skip));
    }

    private static async Task<IResult> CancelAsync(Guid id, HttpContext context, ImportCoordinator coordinator, ImportJobStore jobs, CancellationToken cancellationToken)
    {
        await coordinator.CancelAsync(new ImportJobId(id), cancellationToken);
        return await GetAsync(id, context, jobs, cancellationToken);
    }

    private static IResult? WrongPage(int skip, int take) =>
        skip < 0 ? ApiResults.BadRequest($"skip is {skip}: give 0 or more.")
        : take is < 1 or > MaxTake ? ApiResults.BadRequest($"take is {take}: give 1 to {MaxTake}.")
        : null;

    private static IResult Unknown() => ApiResults.NotFound("There is no import of that id.");
}
