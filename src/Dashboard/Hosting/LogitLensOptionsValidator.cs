using System.Globalization;
using LogitLens.Inference.Runtime;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Hosting;

/// <summary>Checks the options at start; each sentence names the key to set.</summary>
internal sealed class LogitLensOptionsValidator : IValidateOptions<LogitLensOptions>
{
    private const long SmallestUpload = 1024;
    private const long LargestUpload = 1L << 30;
    private const int MostThreads = 1024;

    public ValidateOptionsResult Validate(string? name, LogitLensOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(LogitLensOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.DataFolder) || options.DataFolder.Contains('\0', StringComparison.Ordinal))
        {
            yield return $"{Key(nameof(options.DataFolder))} is empty: set it to the folder where the database shall lie, or leave it out for {LogitLensOptions.DefaultDataFolder()}.";
        }

        for (var i = 0; i < options.CheckpointFolders.Count; i++)
        {
            if (!Directory.Exists(options.CheckpointFolders[i]))
            {
                yield return $"{Key(nameof(options.CheckpointFolders))}:{i.ToString(CultureInfo.InvariantCulture)} names {options.CheckpointFolders[i]}, which is no folder: set it to one that holds checkpoints.";
            }
        }

        if (options.DefaultCheckpoint is { } folder && !Directory.Exists(folder))
        {
            yield return $"{Key(nameof(options.DefaultCheckpoint))} names \"{folder}\", which is no folder: set it to a checkpoint's folder, or leave it out for the demo.";
        }

        if (!DeviceChoice.TryParse(options.Device, out _))
        {
            yield return $"{Key(nameof(options.Device))} is \"{options.Device}\": set it to auto, cpu, cuda or cuda:N (N counts GPUs from 0).";
        }

        // Enum.TryParse alone would take "1" as well.
        if (!Enum.GetNames<Residency>().Contains(options.Residency, StringComparer.OrdinalIgnoreCase))
        {
            yield return $"{Key(nameof(options.Residency))} is \"{options.Residency}\": set it to auto, resident or streamed.";
        }

        if (options.Threads is < 0 or > MostThreads)
        {
            yield return $"{Key(nameof(options.Threads))} is {options.Threads}: set it to 1 … {MostThreads}, or to 0 for as many as there are processors.";
        }

        if (options.MaxUploadBytes is < SmallestUpload or > LargestUpload)
        {
            yield return $"{Key(nameof(options.MaxUploadBytes))} is {options.MaxUploadBytes}: set it to {SmallestUpload} … {LargestUpload} bytes.";
        }

        if (options.MaxImportBytes < SmallestUpload)
        {
            yield return $"{Key(nameof(options.MaxImportBytes))} is {options.MaxImportBytes}: set it to at least {SmallestUpload} bytes.";
        }

        if (options.RetentionDays is < 0 or > Storage.Catalogue.RunRetention.MostDays)
        {
            yield return $"{Key(nameof(options.RetentionDays))} is {options.RetentionDays}: set it to 0 … {Storage.Catalogue.RunRetention.MostDays} days, or leave it out to keep everything.";
        }

        foreach (var failure in BackupFailures(options.Backup))
        {
            yield return failure;
        }

        if (options.UnloadAfterMinutes is not (>= 0 and <= 100_000))
        {
            yield return $"{Key(nameof(options.UnloadAfterMinutes))} is {options.UnloadAfterMinutes.ToString(CultureInfo.InvariantCulture)}: set it to 0 (never) or to at most 100000 minutes.";
        }

        if (options.IndexThreshold is not (> 0 and <= 1))
        {
            yield return $"{Key(nameof(options.IndexThreshold))} is {options.IndexThreshold.ToString(CultureInfo.InvariantCulture)}: set it to a probability, more than 0 and at most 1.";
        }
    }

    private static IEnumerable<string> BackupFailures(BackupOptions backup)
    {
        const int Most = 1000;
        if (backup.Folder is { } folder && (string.IsNullOrWhiteSpace(folder) || folder.Contains('\0', StringComparison.Ordinal)))
        {
            yield return $"{BackupKey(nameof(backup.Folder))} is empty: set it to the folder for backups, or leave it out for \"backups\" in the data folder.";
        }

        if (backup.EveryHours is { } hours and not (>= 0.25 and <= 8784))
        {
            yield return $"{BackupKey(nameof(backup.EveryHours))} is {hours.ToString(CultureInfo.InvariantCulture)}: set it to 0.25 … 8784 hours, or leave it out.";
        }

        if (backup.At is not null && backup.TimeOfDay is null)
        {
            yield return $"{BackupKey(nameof(backup.At))} is \"{backup.At}\": set it to a time of day such as 03:00, or leave it out.";
        }

        if (backup.EveryHours is not null && backup.At is not null)
        {
            yield return $"{BackupKey(nameof(backup.EveryHours))} and {BackupKey(nameof(backup.At))} are both set: set one of them.";
        }

        foreach (var (name, kept) in new[]
        {
            (nameof(backup.KeepLast), backup.KeepLast), (nameof(backup.KeepDaily), backup.KeepDaily), (nameof(backup.KeepWeekly), backup.KeepWeekly), (nameof(backup.KeepMonthly), backup.KeepMonthly),
        })
        {
            if (kept is < 0 or > Most)
            {
                yield return $"{BackupKey(name)} is {kept}: set it to 0 … {Most}.";
            }
        }
    }

    private static string BackupKey(string name) => Key($"{nameof(LogitLensOptions.Backup)}:{name}");

    private static string Key(string name) => $"{LogitLensOptions.Section}:{name}";
}
