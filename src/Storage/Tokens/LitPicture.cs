using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Tokens;

/// <summary>An analysis' picture with the patches that tokens were read at.</summary>
/// <param name="Width">Of the picture, in the pixels that <see cref="LitPatch.Pixels"/> are in.</param>
/// <param name="Patches">Ascending by position.</param>
public sealed record LitPicture(AnalysisId Analysis, int Width, int Height, IReadOnlyList<LitPatch> Patches);
