using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Documents;

/// <summary>What came of writing a document.</summary>
/// <param name="Analysis">The analysis it became, or was already; null if it does not fit what is here.</param>
/// <param name="IsNew">It was not here before.</param>
/// <param name="Misfit">Why it does not fit, in a sentence; then nothing was written.</param>
public sealed record DocumentImportResult(AnalysisId? Analysis, bool IsNew, string? Misfit);
