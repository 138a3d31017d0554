using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace LogitLens.Dashboard.Api;

/// <summary>Answers that several endpoints give.</summary>
internal static class ApiResults
{
    private const string ForEver = "private, max-age=31536000, immutable";
    private const string AskAgain = "no-cache";

    /// <summary>404 with a sentence.</summary>
    public static IResult NotFound(string sentence) => Problem(StatusCodes.Status404NotFound, "Not found", sentence);

    /// <summary>400 with a sentence.</summary>
    public static IResult BadRequest(string sentence) => Problem(StatusCodes.Status400BadRequest, "Bad request", sentence);

    /// <summary>409 with a sentence.</summary>
    public static IResult Conflict(string sentence) => Problem(StatusCodes.Status409Conflict, "Not possible now", sentence);

    /// <summary>The answer will never change: says so, and whether the asker has it already.</summary>
    public static bool IsKnown(HttpContext context, string tag)
    {
        var quoted = $"W/\"{tag}\"";
        context.Response.Headers.CacheControl = ForEver;
        context.Response.Headers.ETag = quoted;
        var wanted = EntityTagHeaderValue.Parse(quoted);
        return context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(wanted, useStrongComparison: false));
    }

    /// <summary>The answer may change.</summary>
    public static void MayChange(HttpContext context) => context.Response.Headers.CacheControl = AskAgain;

    private static ProblemHttpResult Problem(int status, string title, string sentence) => TypedResults.Problem(sentence, statusCode: status, title: title);
}
