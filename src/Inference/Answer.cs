namespace LogitLens.Inference;

/// <summary>A greedy answer.</summary>
/// <param name="Ids">The generated ids, the end token included if it was reached.</param>
/// <param name="Text">The answer as people read it: special tokens left out, outer white space trimmed.</param>
public sealed record Answer(IReadOnlyList<int> Ids, string Text);
