namespace LogitLens.Storage.Care;

/// <summary>How far a piece of care is.</summary>
/// <param name="Stage">What is being done, to stand alone: <c>copying</c>, <c>checking readings</c>.</param>
/// <param name="Fraction">Of this stage, 0 … 1; null where nobody can know.</param>
public sealed record CareProgress(string Stage, double? Fraction = null);
