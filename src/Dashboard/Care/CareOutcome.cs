namespace LogitLens.Dashboard.Care;

/// <summary>How a piece of care ended; kept across restarts.</summary>
/// <param name="IsGood">Whether it was done, and, for a check, whether all is well.</param>
/// <param name="Sentence">What came of it, or why nothing did.</param>
/// <param name="Findings">What a check found wrong.</param>
internal sealed record CareOutcome(CareKind Kind, DateTimeOffset At, bool IsGood, string Sentence, IReadOnlyList<string> Findings);
