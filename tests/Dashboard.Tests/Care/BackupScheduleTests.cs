using LogitLens.Dashboard.Care;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace LogitLens.Dashboard.Tests.Care;

public sealed class BackupScheduleTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(Start);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(6.0, null, null, "2026-11-25T10:00Z")]
    [InlineData(6.0, null, "2026-11-25T08:00Z", "2026-11-25T14:00Z")]
    [InlineData(6.0, null, "2026-11-20T08:00Z", "2026-11-20T14:00Z")]
    [InlineData(null, "03:00", "2026-11-25T02:00:10Z", "2026-11-26T02:00Z")]
    [InlineData(null, "03:00", "2026-11-25T01:00Z", "2026-11-25T02:00Z")]
    [InlineData(null, "03:00", "2026-11-20T12:00Z", "2026-11-21T02:00Z")]
    [InlineData(null, "02:30", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    public void Next_AfterTheLast_IsDue(double? hours, string? at, string? last, string expected) => Assert.Equal(
        DateTimeOffset.Parse(expected, null),
        BackupSchedule.Next(new BackupOptions { EveryHours = hours, At = at }, last is null ? null : DateTimeOffset.Parse(last, null), Start, Berlin));

    [Fact]
    public async Task ExecuteAsync_EverySixHours_TakesThemAndLetsOldOnesGo()
    {
        await using var running = await StartAsync(backup =>
        {
            backup.EveryHours = 6;
            backup.KeepLast = 2;
            backup.KeepDaily = 0;
            backup.KeepWeekly = 0;
        });

        await UntilAsync(() => running.Backups.Count == 1);
        var taken = new List<DateTimeOffset> { Start };
        for (var i = 1; i <= 3; i++)
        {
            await AdvanceUntilAsync(() => running.Care.NextBackup > taken[^1].AddHours(6), TimeSpan.FromHours(7));
            taken.Add(running.Backups[0].TakenAt);

            // The clock runs on while a backup is taken.
            Assert.InRange(taken[^1] - taken[^2], TimeSpan.FromHours(6), TimeSpan.FromHours(7));
        }

        Assert.Equal([taken[3], taken[2]], running.Backups.Select(b => b.TakenAt));
        Assert.True(running.Care.Last(CareKind.Backup)?.IsGood);
        Assert.Null(running.Care.Trouble);
    }

    [Fact]
    public async Task ExecuteAsync_FolderThatCannotBe_IsSaidAndTriedAgain()
    {
        await File.WriteAllTextAsync(_folder.File("backups"), "in the way", Token);
        await using var running = await StartAsync(backup => backup.EveryHours = 24);

        await UntilAsync(() => running.Care.Last(CareKind.Backup) is { IsGood: false } && running.Care.NextBackup == Start.AddMinutes(5));
        Assert.Contains("The last backup failed", running.Care.Trouble, StringComparison.Ordinal);
        Assert.Contains("LogitLens:Backup:Folder", running.Care.Trouble, StringComparison.Ordinal);
        File.Delete(_folder.File("backups"));
        await AdvanceUntilAsync(() => running.Care.Last(CareKind.Backup) is { IsGood: true }, TimeSpan.FromMinutes(6));

        Assert.Single(running.Backups);
        Assert.Null(running.Care.Trouble);
    }

    [Fact]
    public async Task Last_AfterARestart_IsRemembered()
    {
        await using (var first = await StartAsync(_ => { }))
        {
            Assert.True((await first.Care.RunAsync(CareKind.Check))?.IsGood);
        }

        await using var second = await StartAsync(_ => { });

        Assert.Contains("All is well", second.Care.Last(CareKind.Check)?.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TryStart_WhileSomethingIsDone_IsRefused()
    {
        await using var running = await StartAsync(_ => { });
        var during = new List<bool>();
        running.Care.Changed += () =>
        {
            if (running.Care.Current is { Stage: not "starting" } && during.Count == 0)
            {
                during.Add(running.Care.TryStart(CareKind.Check));
            }
        };

        await running.Care.RunAsync(CareKind.Backup);

        Assert.Equal([false], during);
        Assert.Null(running.Care.Current);
    }

    private async Task<Running> StartAsync(Action<BackupOptions> set)
    {
        var options = new LogitLensOptions { DataFolder = _folder.Path };
        set(options.Backup);
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(_clock)
            .AddSingleton(typeof(Microsoft.Extensions.Logging.ILogger<>), typeof(NullLogger<>))
            .AddSingleton(Options.Create(options))
            .AddLogitLensStorage(new StorageOptions { DatabasePath = options.DatabasePath })
            .AddCare()
            .BuildServiceProvider();
        await services.GetRequiredService<Database>().PrepareAsync(Token);
        var schedule = services.GetServices<IHostedService>().OfType<BackupSchedule>().Single();
        await schedule.StartAsync(Token);
        return new Running(services, schedule, options.BackupFolder);
    }

    /// <summary>The clock stands still meanwhile; what is waited for happens on other threads.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 1500, "It did not happen within 30 seconds.");
            await Task.Delay(20, Token);
        }
    }

    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan atMost)
    {
        for (var passed = TimeSpan.Zero; !condition() && passed < atMost; passed += TimeSpan.FromMinutes(1))
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(2, Token);
        }

        await UntilAsync(condition);
    }

    private sealed class Running(ServiceProvider services, BackupSchedule schedule, string folder) : IAsyncDisposable
    {
        public DataCare Care => services.GetRequiredService<DataCare>();

        public IReadOnlyList<StoredBackup> Backups => BackupFolder.List(folder);

        public async ValueTask DisposeAsync()
        {
            await schedule.StopAsync(CancellationToken.None);
            await services.DisposeAsync();
        }
    }
}
