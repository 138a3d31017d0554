using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Tokens;

/// <summary>A patch where one of the tokens looked for was read, at its best.</summary>
/// <param name="Position">In the analysis' layout.</param>
/// <param name="Layer">0 = emb; of the layers asked for, the one with the greatest probability.</param>
/// <param name="Token">Which of the tokens it was.</param>
/// <param name="Pixels">Where the patch lies in the picture.</param>
public sealed record LitPatch(int Position, int Layer, int Token, double Probability, PixelBox Pixels);
