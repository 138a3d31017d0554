using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Import;

/// <summary>One file of an import.</summary>
/// <param name="Note">Why it failed, in a sentence; or what else there is to say.</param>
/// <param name="Copy">What its copy is called that is kept until it has been read.</param>
/// <param name="Analysis">The analysis it became, or had become before.</param>
public sealed record ImportFileRow(int Ordinal, string Name, ImportFileState State, string? Note, AnalysisId? Analysis, string? Copy = null);
