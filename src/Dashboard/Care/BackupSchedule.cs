using LogitLens.Dashboard.Hosting;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Care;

/// <summary>Takes backups by themselves, as <see cref="BackupOptions"/> says. One that was missed is made up for at the next start; one that failed is tried again.</summary>
internal sealed class BackupSchedule(DataCare care, IOptions<LogitLensOptions> options, TimeProvider clock) : BackgroundService
{
    /// <summary>After a failure: soon, then less often, until it works.</summary>
    private static readonly TimeSpan[] Retries = [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1)];

    /// <summary>At least so often the clock is looked at: a computer that slept does not wait for its timer to make up for it.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(10);

    /// <summary>When the next backup is due, given the last one.</summary>
    internal static DateTimeOffset Next(BackupOptions options, DateTimeOffset? last, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (last is not { } taken)
        {
            return now;
        }

        if (options.EveryHours is { } hours)
        {
            return taken.AddHours(hours);
        }

        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(taken, zone).DateTime);
        var due = On(day, options, zone);
        return due > taken ? due : On(day.AddDays(1), options, zone);
    }

    /// <inheritdoc/>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        // Whatever is being done, by itself or because a person asked: nothing of it is left half-done.
        care.Cancel();
        return base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backup = options.Value.Backup;
        if (!backup.IsScheduled)
        {
            return;
        }

        var failures = 0;
        try
        {
            while (true)
            {
                // At once where one is due, but not before the program has settled.
                var due = failures == 0 ? Next(backup, Newest(), clock.GetUtcNow(), clock.LocalTimeZone) : clock.GetUtcNow() + Retries[Math.Min(failures, Retries.Length) - 1];
                care.ReportNextBackup(due);
                await SleepUntilAsync(due, stoppingToken);
                var outcome = await care.RunAsync(CareKind.Backup);
                if (outcome is null)
                {
                    // Something else is being done for the data, or a person stopped this backup.
                    await Task.Delay(Retries[0], clock, stoppingToken);
                    continue;
                }

                failures = outcome.IsGood ? 0 : failures + 1;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    private static DateTimeOffset On(DateOnly day, BackupOptions options, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(options.TimeOfDay ?? TimeOnly.MinValue);

        // The hour that is left out in spring: an hour later.
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(30);
        }

        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    private DateTimeOffset? Newest()
    {
        try
        {
            return BackupFolder.List(options.Value.BackupFolder) is [var newest, ..] ? newest.TakenAt : null;
        }
        catch (StorageException)
        {
            // The backup itself will say what is wrong with the folder.
            return null;
        }
    }

    private async Task SleepUntilAsync(DateTimeOffset due, CancellationToken stoppingToken)
    {
        while (due - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < LongestSleep ? left : LongestSleep, clock, stoppingToken);
        }
    }
}
