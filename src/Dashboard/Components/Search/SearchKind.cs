namespace LogitLens.Dashboard.Components.Search;

/// <summary>What a search finds.</summary>
internal enum SearchKind
{
    Images,
    Runs,
    Tokens,
}
