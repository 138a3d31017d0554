namespace LogitLens.Storage.Tokens;

/// <summary>A token in one analysis: a row of the token index.</summary>
/// <param name="Best">The greatest of its layers', in units of 1 / <see cref="TokenProbability.Units"/>.</param>
/// <param name="Layers">Ascending by layer, then place.</param>
internal sealed record IndexedToken(int Id, int Best, IReadOnlyList<TokenLayer> Layers);
