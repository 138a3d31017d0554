namespace LogitLens.Dashboard.Analysis;

/// <summary>What a run will take, as far as it can be known before.</summary>
/// <param name="Analyses">How many analyses it has.</param>
/// <param name="Time">For all of them, from the time the finished ones of the run it repeats took; null if none is finished.</param>
/// <param name="Bytes">Of readings in the database, from their shape.</param>
public sealed record RunCost(int Analyses, TimeSpan? Time, long Bytes);
