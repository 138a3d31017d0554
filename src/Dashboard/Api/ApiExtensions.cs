using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.ResponseCompression;

namespace LogitLens.Dashboard.Api;

/// <summary>The HTTP interface: what the explorer reads, and what scripts may.</summary>
internal static class ApiExtensions
{
    private static readonly PathString Root = "/api";

    /// <summary>Adds what the endpoints need.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddOpenApi(options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "LogitLens";
            document.Info.Version = Hosting.ProductVersion.Text;
            document.Info.Description = "Readings of vision-language models, layer by layer.";
            return Task.CompletedTask;
        }));
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context => context.ProblemDetails.Detail ??= SentenceFor(context.HttpContext));
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase)));
        services.AddResponseCompression(options =>
        {
            // Nothing secret travels beside what a stranger could choose, so compression leaks nothing.
            options.EnableForHttps = true;
            options.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "application/octet-stream", "application/problem+json"];
        });
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        return services;
    }

    /// <summary>Whether the request is for the interface and not for a page.</summary>
    public static bool IsApi(this HttpContext context) => context.Request.Path.StartsWithSegments(Root);

    /// <summary>Errors of the interface are problem details with a sentence.</summary>
    public static void UseApiErrors(this IApplicationBuilder app) => app.UseWhen(
        context => context.IsApi(),
        api =>
        {
            api.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = context => context.Exception is Storage.StorageException });
            api.UseStatusCodePages();
        });

    /// <summary>Maps the endpoints.</summary>
    public static void MapApi(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi();
        var api = app.MapGroup(Root.Value!);
        api.MapAnalyses();
        api.MapCheckpoints();
        api.MapExports();
        api.MapData();
        api.MapImages();
        api.MapImports();
        api.MapRuns();
        api.MapStatistics();
        api.MapTokens();
        app.MapStatus();
    }

    private static string SentenceFor(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status400BadRequest => "The request has a value that cannot be read; /openapi/v1.json says what each parameter may be.",
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}; /openapi/v1.json lists what there is.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not possible at {context.Request.Path}; /openapi/v1.json says what is.",
        _ => context.Features.Get<Microsoft.AspNetCore.Diagnostics.IExceptionHandlerFeature>()?.Error is Storage.StorageException refused
            ? refused.Message
            : "LogitLens failed in a way that was not foreseen; its log says more.",
    };
}
