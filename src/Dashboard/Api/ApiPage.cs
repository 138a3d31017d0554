namespace LogitLens.Dashboard.Api;

/// <summary>One page of a list.</summary>
/// <param name="Total">Rows in the whole list.</param>
/// <param name="Skip">Rows before this page.</param>
internal sealed record ApiPage<T>(IReadOnlyList<T> Items, int Total, int Skip);
