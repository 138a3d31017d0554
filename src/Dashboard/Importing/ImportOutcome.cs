using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Importing;

/// <summary>What became of one file.</summary>
/// <param name="Note">Why it failed, in a sentence; or what else there is to say.</param>
/// <param name="Analysis">The analysis it became or had become; null where there is none or several.</param>
internal sealed record ImportOutcome(ImportFileState State, string? Note, AnalysisId? Analysis)
{
    /// <summary>The note for where the file's name stands beside it.</summary>
    public string? NoteWithout(string name) => Without(Note, name);

    /// <summary>A note without the file's name before it.</summary>
    public static string? Without(string? note, string name) =>
        note is not null && note.Length > name.Length + 2 && note.StartsWith(name, StringComparison.Ordinal) && note[name.Length] is (':' or ',')
            ? note[(name.Length + 2)..]
            : note;

    public static ImportOutcome Failed(string sentence) => new(ImportFileState.Failed, sentence, null);
}
