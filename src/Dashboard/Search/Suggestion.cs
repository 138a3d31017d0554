namespace LogitLens.Dashboard.Search;

/// <summary>A place the search offers, as the list under its field shows it.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Detail">What tells it from others of that name.</param>
/// <param name="Url">Where it is.</param>
/// <param name="Picture">Where its thumbnail is; null for none.</param>
/// <param name="IsToken">Whether the title is a token, set in the tokens' type.</param>
internal sealed record Suggestion(string Title, string Detail, string Url, string? Picture = null, bool IsToken = false);
