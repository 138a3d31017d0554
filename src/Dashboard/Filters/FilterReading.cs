using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Filters;

/// <summary>A filter as it was read from an address.</summary>
/// <param name="NotAnalysed">Only images that were never analysed are meant.</param>
/// <param name="Refusal">The first thing that made no sense and was left out, in a sentence; null if all did.</param>
internal sealed record FilterReading(AnalysisFilter Filter, bool NotAnalysed, string? Refusal);
