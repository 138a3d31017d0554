namespace LogitLens.Storage.Tokens;

/// <summary>One token's layers in one analysis.</summary>
public sealed record TokenHits(int Token, IReadOnlyList<TokenLayerHits> Layers);
