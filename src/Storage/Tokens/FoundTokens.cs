namespace LogitLens.Storage.Tokens;

/// <summary>A page of tokens, those in most analyses first.</summary>
/// <param name="Total">How many fit.</param>
/// <param name="Next">What to ask for to see the next page; null on the last one.</param>
public sealed record FoundTokens(IReadOnlyList<FoundToken> Items, int Total, string? Next);
