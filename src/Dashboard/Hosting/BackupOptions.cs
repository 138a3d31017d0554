using System.Globalization;
using LogitLens.Storage.Care;

namespace LogitLens.Dashboard.Hosting;

/// <summary>Where backups go, when they are taken by themselves, and which stay; under the key <c>LogitLens:Backup</c>.</summary>
public sealed class BackupOptions
{
    /// <summary>The folder; null for <c>backups</c> in the data folder. Another disk is better.</summary>
    public string? Folder { get; set; }

    /// <summary>A backup every so many hours; null for none by this rule.</summary>
    public double? EveryHours { get; set; }

    /// <summary>A backup every day at this time of the server's zone, as <c>03:00</c>; null for none by this rule.</summary>
    public string? At { get; set; }

    /// <summary>The newest so many stay, whatever their age.</summary>
    public int KeepLast { get; set; } = 2;

    /// <summary>The newest of each of the last so many days stays.</summary>
    public int KeepDaily { get; set; } = 7;

    /// <summary>The newest of each of the last so many weeks stays.</summary>
    public int KeepWeekly { get; set; } = 4;

    /// <summary>The newest of each of the last so many months stays.</summary>
    public int KeepMonthly { get; set; }

    internal bool IsScheduled => EveryHours is not null || At is not null;

    internal BackupRotation Rotation => new(KeepLast, KeepDaily, KeepWeekly, KeepMonthly);

    /// <summary>The time of day, or null if <see cref="At"/> is none.</summary>
    internal TimeOnly? TimeOfDay => TimeOnly.TryParseExact(At, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    /// <summary>In words: <c>every 6 hours</c>; null without a schedule.</summary>
    internal string? Schedule => EveryHours is { } hours
        ? hours == 1 ? "every hour" : string.Create(CultureInfo.InvariantCulture, $"every {hours:0.##} hours")
        : At is null ? null : $"every day at {At}";
}
