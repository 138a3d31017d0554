namespace LogitLens.Dashboard.Search;

/// <summary>Suggestions of one kind.</summary>
/// <param name="Name">The kind, as a heading.</param>
/// <param name="Total">How many were found; more than there are items where only the first are offered.</param>
/// <param name="Items">The first of them.</param>
internal sealed record SuggestionGroup(string Name, int Total, IReadOnlyList<Suggestion> Items);
