using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Readings;

/// <summary>Readings of an analysis' current attempt, seen at one moment.</summary>
/// <param name="Total">Readings committed so far; <paramref name="Packed"/> leaves out the first of them.</param>
/// <param name="Packed">Packed layers in the order they were committed.</param>
public sealed record AttemptReadings(int Attempt, AnalysisState State, int Total, IReadOnlyList<byte[]> Packed);
