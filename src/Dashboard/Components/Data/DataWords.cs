using LogitLens.Dashboard.Care;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Care;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Components.Data;

/// <summary>What kinds of data and of care are called.</summary>
internal static class DataWords
{
    public static string Doing(CareKind kind) => kind switch
    {
        CareKind.Backup => "Backing up",
        CareKind.Check => "Checking",
        CareKind.Compact => "Compacting",
        CareKind.LetGo => "Retention",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of care without a word."),
    };

    /// <summary>A run's rule, to follow "Retention:".</summary>
    public static string Rule(RunRetention retention) => retention.Kind switch
    {
        RetentionKind.Default => "as the server says",
        RetentionKind.Days => $"everything for {Words.Count(retention.Days ?? 0, "day", "days")}, then summaries",
        RetentionKind.Summaries => "only summaries",
        RetentionKind.Pinned => "everything for ever (pinned)",
        _ => throw new ArgumentOutOfRangeException(nameof(retention), retention, "A rule without a word."),
    };

    /// <summary>The server's own rule.</summary>
    public static string Default(int? days) => days is { } some ? $"{Words.Count(some, "day", "days")}" : "for ever";

    public static string Name(DataKind kind) => kind switch
    {
        DataKind.Images => "Images",
        DataKind.Summaries => "Summaries",
        DataKind.Readings => "Readings",
        DataKind.Index => "Token index and statistics",
        DataKind.Catalogue => "Token tables and layouts",
        DataKind.HiddenStates => "Raw hidden states",
        DataKind.Overhead => "Rows, keys and page ends",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of data without a word."),
    };

    public static string Explain(DataKind kind) => kind switch
    {
        DataKind.Images => "pictures as they were uploaded, and thumbnails",
        DataKind.Summaries => "top-1 token, its probability and the entropy at every layer and position",
        DataKind.Readings => "the other tokens kept, and tracked ones",
        DataKind.Index => "what searches and charts answer from",
        DataKind.Catalogue => "what token ids are called, and where positions lie",
        DataKind.HiddenStates => "residual streams kept on request, for export",
        DataKind.Overhead => "what SQLite adds",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of data without a word."),
    };
}
