using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Importing;

/// <summary>What became of one file.</summary>
/// <param name="Note">Why it failed, in a sentence; or what else there is to say.</param>
/// <param name="Analysis">The analysis it became or had become; null where there is none or several.</param>
internal sealed record ImportOutcome(ImportFileState State, string? Note, AnalysisId? Analysis)
{
    public static ImportOutcome Failed(string sentence) => new(ImportFileState.Failed, sentence, null);
}
