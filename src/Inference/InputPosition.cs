using LogitLens.Inference.Imaging;

namespace LogitLens.Inference;

/// <summary>One position of the model's input sequence.</summary>
/// <param name="Id">The token id at that position (the placeholder's for patches).</param>
/// <param name="Kind">Where it came from.</param>
/// <param name="Patch">The patch's place; null where there is no patch.</param>
public readonly record struct InputPosition(int Id, PositionKind Kind, PatchRegion? Patch);
