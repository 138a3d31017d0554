using System.Globalization;
using LogitLens.Dashboard.Care;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage.Care;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Data;

/// <summary>What kinds of data and of care are called.</summary>
internal static class DataWords
{
    private static readonly IStringLocalizer L = Texts.Of<DataTexts>();

    public static string Doing(CareKind kind) => kind switch
    {
        CareKind.Backup => L["Backing up"],
        CareKind.Check => L["Checking"],
        CareKind.Compact => L["Compacting"],
        CareKind.LetGo => L["Retention"],
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of care without a word."),
    };

    /// <summary>A run's rule, to follow "Retention:".</summary>
    public static string Rule(RunRetention retention) => retention.Kind switch
    {
        RetentionKind.Default => L["as the server says"],
        RetentionKind.Days => L["everything for {0}, then summaries", Words.Count(retention.Days ?? 0, "day", "days")],
        RetentionKind.Summaries => L["only summaries"],
        RetentionKind.Pinned => L["everything for ever (pinned)"],
        _ => throw new ArgumentOutOfRangeException(nameof(retention), retention, "A rule without a word."),
    };

    /// <summary>The server's own rule.</summary>
    public static string Default(int? days) => days is { } some ? Words.Count(some, "day", "days") : L["for ever"];

    /// <summary>When backups are taken by themselves; null without a schedule.</summary>
    public static string? Schedule(BackupOptions backup) => (backup.EveryHours, backup.At) switch
    {
        (1, _) => L["By itself every hour."].Value,
        ({ } hours, _) => L["By itself every {0} hours.", hours.ToString("0.##", CultureInfo.InvariantCulture)].Value,
        (null, { } at) => L["By itself every day at {0}.", at].Value,
        _ => null,
    };

    /// <summary>Which backups stay.</summary>
    public static string Keeping(BackupOptions backup)
    {
        var kept = new[]
        {
            Kept(Texts.Mark("the newest|the newest {0}"), backup.KeepLast),
            Kept(Texts.Mark("one of the last day|one a day for {0} days"), backup.KeepDaily),
            Kept(Texts.Mark("one of the last week|one a week for {0} weeks"), backup.KeepWeekly),
            Kept(Texts.Mark("one of the last month|one a month for {0} months"), backup.KeepMonthly),
        }.OfType<string>().ToList();
        return kept.Count switch
        {
            0 => L["Only the newest is kept."],
            1 => L["Kept are {0}.", kept[0]],
            _ => L["Kept are {0} and {1}.", string.Join(", ", kept[..^1]), kept[^1]],
        };

        static string? Kept(string key, int count) => count == 0 ? null : L.Count(key, count);
    }

    public static string Name(DataKind kind) => kind switch
    {
        DataKind.Images => L["Images"],
        DataKind.Summaries => L["Summaries"],
        DataKind.Readings => L["Readings"],
        DataKind.Index => L["Token index and statistics"],
        DataKind.Catalogue => L["Token tables and layouts"],
        DataKind.HiddenStates => L["Raw hidden states"],
        DataKind.Overhead => L["Rows, keys and page ends"],
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of data without a word."),
    };

    public static string Explain(DataKind kind) => kind switch
    {
        DataKind.Images => L["pictures as they were uploaded, and thumbnails"],
        DataKind.Summaries => L["top-1 token, its probability and the entropy at every layer and position"],
        DataKind.Readings => L["the other tokens kept, and tracked ones"],
        DataKind.Index => L["what searches and charts answer from"],
        DataKind.Catalogue => L["what token ids are called, and where positions lie"],
        DataKind.HiddenStates => L["residual streams kept on request, for export"],
        DataKind.Overhead => L["what SQLite adds"],
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of data without a word."),
    };
}
