using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Import;

/// <summary>What came of writing a file's analysis.</summary>
/// <param name="Analysis">The analysis it became, or had become before; null if the token table has grown since it was read, and the readings must be given ids again.</param>
/// <param name="IsNew">It was not here before.</param>
public readonly record struct ForeignFileResult(AnalysisId? Analysis, bool IsNew);
