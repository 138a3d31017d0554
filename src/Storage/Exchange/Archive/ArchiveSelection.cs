using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Archive;

/// <summary>What of a run goes into an archive.</summary>
/// <param name="Analyses">Only these; null for all.</param>
public sealed record ArchiveSelection(RunId Run, IReadOnlyCollection<AnalysisId>? Analyses = null);
