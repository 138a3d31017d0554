namespace LogitLens.Inference;

/// <summary>Inputs of a batch that begin alike, so that their first positions are computed once: prompts on one picture.</summary>
/// <param name="Inputs">Indexes of at least two inputs, ascending.</param>
/// <param name="Positions">How many positions they share: all up to the picture's end.</param>
public sealed record SharedStart(IReadOnlyList<int> Inputs, int Positions);
