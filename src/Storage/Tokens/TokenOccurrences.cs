namespace LogitLens.Storage.Tokens;

/// <summary>A page of analyses in which tokens were read.</summary>
/// <param name="Total">How many there are.</param>
/// <param name="Next">What to ask for to see the next page; null on the last one.</param>
/// <param name="Refusal">Why nothing was looked up, in a sentence; null if it was.</param>
public sealed record TokenOccurrences(IReadOnlyList<TokenOccurrence> Items, int Total, string? Next, string? Refusal = null);
