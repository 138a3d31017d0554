namespace LogitLens.Storage.Care;

/// <summary>What retention let go of.</summary>
/// <param name="Bytes">Of packed readings; the file itself shrinks when it is compacted.</param>
public sealed record LetGo(int Analyses, long Bytes);
