using LogitLens.Dashboard.Care;

namespace LogitLens.Dashboard.Api;

/// <summary>What is being done for the data.</summary>
/// <param name="Fraction">Of the stage, 0 … 1; null where nobody can know.</param>
internal sealed record ApiJob(CareKind Kind, DateTimeOffset StartedAt, string Stage, double? Fraction)
{
    public static ApiJob? From(CareJob? job) => job is null ? null : new(job.Kind, job.StartedAt, job.Stage, job.Fraction);
}
