using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Api;

/// <summary>One file of an import.</summary>
/// <param name="Note">Why it failed, in a sentence; or what else there is to say.</param>
/// <param name="Analysis">The analysis it became, or had become before.</param>
internal sealed record ApiImportFile(int Ordinal, string Name, ImportFileState State, string? Note, long? Analysis)
{
    public static ApiImportFile From(ImportFileRow file) => new(file.Ordinal, file.Name, file.State, file.Note, file.Analysis?.Value);
}
