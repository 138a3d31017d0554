using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Api;

/// <summary>An import.</summary>
/// <param name="Checkpoint">The checkpoint as it was named; null where none was.</param>
/// <param name="Total">Files that came or are to come.</param>
/// <param name="Error">Why it ended early, in a sentence.</param>
internal sealed record ApiImport(
    string Id, string Name, string? Checkpoint, ImportJobState State, int Total, int Imported, int AlreadyHere, int Failed, string? Error, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt)
{
    public static ApiImport From(ImportJobRow job) => new(
        job.Id.ToString(), job.Name, job.Checkpoint, job.State, job.Total, job.Imported, job.AlreadyHere, job.Failed, job.Error, job.CreatedAt, job.FinishedAt);
}
