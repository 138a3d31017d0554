namespace LogitLens.Storage.Catalogue;

/// <summary>One page of a longer list.</summary>
/// <param name="Items">The page's rows.</param>
/// <param name="Total">Rows in the whole list.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, int Total);
