using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage.Exchange.Import;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Importing;

/// <summary>Imports in words.</summary>
internal static class ImportWords
{
    private static readonly IStringLocalizer L = Texts.Of<ImportTexts>();

    /// <summary>Where an import stands.</summary>
    public static string State(ImportJobState state) => state switch
    {
        ImportJobState.Running => "◐ " + L["running"],
        ImportJobState.Done => "● " + L["done"],
        ImportJobState.Cancelled => "⊘ " + L["cancelled"],
        ImportJobState.Interrupted => "✕ " + L["interrupted"],
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A state without a word."),
    };

    /// <summary>What became of a file.</summary>
    public static string State(ImportFileState state) => state switch
    {
        ImportFileState.Waiting => L["waiting"],
        ImportFileState.Imported => L["imported"],
        ImportFileState.AlreadyHere => L["already here"],
        ImportFileState.Failed => L["failed"],
        ImportFileState.Cancelled => L["cancelled"],
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A state without a word."),
    };

    /// <summary>How far an import is: <c>9 of 12 read: 7 imported, 1 already here, 1 failed</c>.</summary>
    public static string Counts(ImportJobRow job)
    {
        var parts = new List<string>();
        Add(job.Imported, Texts.Mark("{0} imported|{0} imported"));
        Add(job.AlreadyHere, Texts.Mark("{0} already here|{0} already here"));
        Add(job.Failed, Texts.Mark("{0} failed|{0} failed"));
        var head = job.State == ImportJobState.Done ? Words.Count(job.Total, "file", "files") : L["{0} of {1} read", Words.Count(job.Finished), Words.Count(job.Total)];
        return parts.Count == 0 ? head : $"{head}: {string.Join(", ", parts)}";

        void Add(int count, string what)
        {
            if (count > 0)
            {
                parts.Add(L.Count(what, count));
            }
        }
    }
}
