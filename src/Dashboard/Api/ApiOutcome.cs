using LogitLens.Dashboard.Care;

namespace LogitLens.Dashboard.Api;

/// <summary>How a piece of care for the data ended.</summary>
/// <param name="Good">Whether it was done, and, for a check, whether all is well.</param>
internal sealed record ApiOutcome(DateTimeOffset At, bool Good, string Sentence, IReadOnlyList<string> Findings)
{
    public static ApiOutcome? From(CareOutcome? outcome) => outcome is null ? null : new(outcome.At, outcome.IsGood, outcome.Sentence, outcome.Findings);
}
