using LogitLens.Storage.Care;

namespace LogitLens.Storage.Tests.Care;

public sealed class BackupRotationTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Expired_HourlyForAYear_KeepsTheNewestOfEachPeriod()
    {
        var hourly = Enumerable.Range(0, 365 * 24).Select(hour => Now.AddHours(-hour)).ToList();

        var kept = hourly.Except(new BackupRotation(3, 7, 4, 12).Expired(hourly, TimeZoneInfo.Utc)).ToList();

        // 3 newest (the first is also today's, this week's, this month's); 6 more days; 3 more weeks, of which the last Sunday is among the days; 11 more months.
        Assert.Equal(
            [
                Now, Now.AddHours(-1), Now.AddHours(-2),
                .. Enumerable.Range(19, 6).Reverse().Select(day => new DateTimeOffset(2026, 11, day, 23, 0, 0, TimeSpan.Zero)),
                new(2026, 11, 15, 23, 0, 0, TimeSpan.Zero), new(2026, 11, 8, 23, 0, 0, TimeSpan.Zero),
                .. Enumerable.Range(0, 11).Select(month => new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-month).AddHours(-1)),
            ],
            kept);
    }

    [Fact]
    public void Expired_NothingToKeep_KeepsTheNewest() => Assert.Equal([Now.AddDays(-1)], new BackupRotation(0, 0, 0, 0).Expired([Now, Now.AddDays(-1)], TimeZoneInfo.Utc));

    [Fact]
    public void Expired_DaysWithoutABackup_CountOnlyThoseThatHaveOne()
    {
        DateTimeOffset[] monthly = [Now, Now.AddDays(-30), Now.AddDays(-60)];

        Assert.Equal([Now.AddDays(-60)], new BackupRotation(1, 2, 0, 0).Expired(monthly, TimeZoneInfo.Utc));
    }

    [Fact]
    public void Expired_AroundMidnight_FollowsTheZone()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(5), null, null);
        DateTimeOffset[] times = [new(2026, 11, 25, 20, 0, 0, TimeSpan.Zero), new(2026, 11, 25, 18, 0, 0, TimeSpan.Zero)];

        Assert.Empty(new BackupRotation(1, 2, 0, 0).Expired(times, zone));
        Assert.Equal([times[1]], new BackupRotation(1, 2, 0, 0).Expired(times, TimeZoneInfo.Utc));
    }

    [Fact]
    public void Rotate_AFolderWithOtherFiles_DeletesOnlyOldBackupsWithTheirChecksums()
    {
        var old = DatabaseBackup.NameAt(Now.AddDays(-1));
        var recent = DatabaseBackup.NameAt(Now);
        string[] others = ["logitlens.db", "logitlens-replaced-20200101-000000.db", "before-the-paper.db", "notes.txt"];
        foreach (var name in (string[])[old, old + ".sha256", recent, recent + ".sha256", .. others])
        {
            File.WriteAllText(Path.Combine(_folder.Path, name), "x");
        }

        var gone = BackupFolder.Rotate(_folder.Path, new BackupRotation(1, 1, 0, 0), TimeZoneInfo.Utc);

        Assert.Equal(1, gone);
        Assert.Equal(others.Append(recent).Append(recent + ".sha256").Order(StringComparer.Ordinal), Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal([Path.Combine(_folder.Path, recent)], BackupFolder.List(_folder.Path).Select(b => b.Path));
    }
}
