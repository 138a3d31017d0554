namespace LogitLens.Dashboard.Care;

/// <summary>What is being done for the data.</summary>
/// <param name="Fraction">Of the stage, 0 … 1; null where nobody can know.</param>
internal sealed record CareJob(CareKind Kind, DateTimeOffset StartedAt, string Stage, double? Fraction);
