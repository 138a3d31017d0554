using System.Globalization;

namespace LogitLens.Storage.Care;

/// <summary>Which backups of a folder stay.</summary>
/// <param name="Last">The newest so many, whatever their age.</param>
/// <param name="Daily">The newest of each of the last so many days that have one.</param>
/// <param name="Weekly">The same of ISO weeks.</param>
/// <param name="Monthly">The same of months.</param>
public sealed record BackupRotation(int Last, int Daily, int Weekly, int Monthly)
{
    /// <summary>The times whose backups may go; the newest one always stays. Days begin at midnight in <paramref name="zone"/>.</summary>
    public IReadOnlyList<DateTimeOffset> Expired(IEnumerable<DateTimeOffset> times, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var newestFirst = times.OrderDescending().ToList();
        var kept = new HashSet<DateTimeOffset>(newestFirst.Take(Math.Max(1, Last)));
        Keep(Daily, day => day.Date);
        Keep(Weekly, day => (ISOWeek.GetYear(day), ISOWeek.GetWeekOfYear(day)));
        Keep(Monthly, day => (day.Year, day.Month));
        return [.. newestFirst.Where(time => !kept.Contains(time))];

        void Keep<TPeriod>(int periods, Func<DateTime, TPeriod> period) =>
            kept.UnionWith(newestFirst.GroupBy(time => period(TimeZoneInfo.ConvertTime(time, zone).DateTime)).Take(periods).Select(group => group.First()));
    }
}
