using LogitLens.Storage.Tokens;

namespace LogitLens.Dashboard.Search;

/// <summary>A token that was read somewhere.</summary>
/// <param name="Checkpoint">The name of the checkpoint whose token it is; null where there is only one checkpoint.</param>
internal sealed record SearchedToken(FoundToken Found, string? Checkpoint);
