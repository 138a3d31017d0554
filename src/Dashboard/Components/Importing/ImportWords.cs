using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Components.Importing;

/// <summary>Imports in words.</summary>
internal static class ImportWords
{
    /// <summary>Where an import stands.</summary>
    public static string State(ImportJobState state) => state switch
    {
        ImportJobState.Running => "◐ running",
        ImportJobState.Done => "● done",
        ImportJobState.Cancelled => "⊘ cancelled",
        ImportJobState.Interrupted => "✕ interrupted",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A state without a word."),
    };

    /// <summary>What became of a file.</summary>
    public static string State(ImportFileState state) => state switch
    {
        ImportFileState.Waiting => "waiting",
        ImportFileState.Imported => "imported",
        ImportFileState.AlreadyHere => "already here",
        ImportFileState.Failed => "failed",
        ImportFileState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A state without a word."),
    };

    /// <summary>How far an import is: <c>9 of 12 read: 7 imported, 1 already here, 1 failed</c>.</summary>
    public static string Counts(ImportJobRow job)
    {
        var parts = new List<string>();
        Add(job.Imported, "imported");
        Add(job.AlreadyHere, "already here");
        Add(job.Failed, "failed");
        var head = job.State == ImportJobState.Done ? Words.Count(job.Total, "file", "files") : $"{Words.Count(job.Finished)} of {Words.Count(job.Total)} read";
        return parts.Count == 0 ? head : $"{head}: {string.Join(", ", parts)}";

        void Add(int count, string what)
        {
            if (count > 0)
            {
                parts.Add($"{Words.Count(count)} {what}");
            }
        }
    }
}
