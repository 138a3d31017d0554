using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Care;
using LogitLens.Dashboard.Hosting;
using LogitLens.Storage;

namespace LogitLens.Dashboard.Api;

/// <summary>Whether LogitLens is well, and what it does.</summary>
internal static class StatusEndpoints
{
    public static void MapStatus(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/status", GetStatusAsync).WithTags("Status").WithName("GetStatus").WithSummary("What is being computed, and how much waits").Produces<ApiStatus>();
        app.MapGet("/health", GetHealthAsync)
            .WithTags("Status")
            .WithName("GetHealth")
            .WithSummary("200 if the database answers, else 503")
            .Produces<ApiHealth>()
            .Produces<ApiHealth>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> GetStatusAsync(HttpContext context, AnalysisMonitor monitor, AnalysisQueue queue, DataCare care, CancellationToken cancellationToken)
    {
        ApiResults.MayChange(context);
        var queued = await queue.CountQueuedAsync(cancellationToken);

        // Read once: both fields are of one moment.
        var batch = monitor.Batch.Select(ApiCurrent.From).ToList();
        return TypedResults.Ok(new ApiStatus(ProductVersion.Text, queued, batch.FirstOrDefault(), batch, monitor.Obstacle, care.Trouble, ApiOutcome.From(care.Last(CareKind.Backup)), care.NextBackup));
    }

    private static async Task<IResult> GetHealthAsync(HttpContext context, AnalysisQueue queue, CancellationToken cancellationToken)
    {
        ApiResults.MayChange(context);
        try
        {
            await queue.CountQueuedAsync(cancellationToken);
            return TypedResults.Ok(new ApiHealth("healthy", null));
        }
        catch (StorageException exception)
        {
            return TypedResults.Json(new ApiHealth("unhealthy", exception.Message), statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private sealed record ApiHealth(string Status, string? Reason);

    /// <param name="Queued">Analyses waiting.</param>
    /// <param name="Current">The first of <paramref name="Batch"/>; null when idle.</param>
    /// <param name="Batch">All analyses that are being computed together; empty when idle.</param>
    /// <param name="Obstacle">Why the service waits instead of working, in a sentence; null while nothing is in its way.</param>
    /// <param name="Trouble">What is wrong with the data's care, in a sentence (a backup that failed, a check that found something); null while all is well.</param>
    private sealed record ApiStatus(
        string Version, int Queued, ApiCurrent? Current, IReadOnlyList<ApiCurrent> Batch, string? Obstacle, string? Trouble, ApiOutcome? LastBackup, DateTimeOffset? NextBackup);

    /// <param name="RemainingSeconds">Estimated time until the queue is empty; null until something was measured.</param>
    private sealed record ApiCurrent(long Analysis, string Run, string Image, string Stage, double Fraction, int Blobs, double? RemainingSeconds)
    {
        public static ApiCurrent From(CurrentAnalysis current) =>
            new(current.Id.Value, current.Run.ToString(), current.ImageName, current.Stage, current.Fraction, current.Blobs, current.Remaining?.TotalSeconds);
    }
}
