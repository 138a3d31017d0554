using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Archive;

/// <summary>What an import changed.</summary>
/// <param name="Runs">The archive's runs that are in the database now, in its order.</param>
/// <param name="RunsAdded">Runs that were not known before.</param>
/// <param name="AnalysesAdded">Analyses that were written.</param>
/// <param name="AnalysesKnown">Analyses that were there already and were left as they are.</param>
/// <param name="Failures">A sentence for each thing that could not be taken over; the first hundred.</param>
/// <param name="FailureCount">How many there were.</param>
public sealed record ArchiveImportResult(
    IReadOnlyList<RunId> Runs, int RunsAdded, int AnalysesAdded, int AnalysesKnown, IReadOnlyList<string> Failures, int FailureCount);
