using LogitLens.Dashboard.Commands;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Tests.Commands;

public sealed class CareCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Data => _folder.File("data");

    private string Backup => _folder.File("backup.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task BackupAndRestore_AroundADashboard_BringBackWhatWasDeleted()
    {
        RunId run;
        await using (var dashboard = await RunningDashboard.StartAsync(Data))
        {
            run = await dashboard.QueueAsync(["garden.jpg"]);
            await dashboard.WaitUntilFinishedAsync(run);
            Assert.Equal(0, (await RunAsync("backup", Backup, "--data", Data)).Code);
            var (code, _, error) = await RunAsync("restore", Backup, "--data", Data);
            Assert.Equal(1, code);
            Assert.Contains("Another LogitLens uses the data folder", error, StringComparison.Ordinal);
            await dashboard.Coordinator.DeleteAsync(run, Token);
            Assert.Equal(0, (await RunAsync("compact", "--data", Data)).Code);
            Assert.Equal(0, (await RunAsync("check", "--data", Data)).Code);
        }

        var (restored, output, _) = await RunAsync("restore", Backup, "--data", Data);

        Assert.Equal(0, restored);
        Assert.Contains("is kept as", output, StringComparison.Ordinal);
        await using var again = await RunningDashboard.StartAsync(Data);
        Assert.Equal(1, (await again.Runs.FindAsync(run, Token))?.Counts.Done);
        Assert.Equal(0, (await RunAsync("check", "--data", Data)).Code);
    }

    [Theory]
    [InlineData("backup", "TARGET", "--data", "DATA")]
    [InlineData("check", "--data", "DATA")]
    [InlineData("compact", "--data", "DATA")]
    public async Task Command_WithoutADatabase_SaysSo(params string[] args)
    {
        var (code, _, error) = await RunAsync([.. args.Select(arg => arg switch { "TARGET" => Backup, "DATA" => Data, _ => arg })]);

        Assert.Equal(ExitCode.BadOption, code);
        Assert.Contains("There is no database", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Theory]
    [InlineData("LogitLens:Backup:EveryHours", "0")]
    [InlineData("LogitLens:Backup:At", "25:00")]
    [InlineData("LogitLens:Backup:At", "3 am")]
    [InlineData("LogitLens:Backup:KeepDaily", "-1")]
    [InlineData("LogitLens:Backup:Folder", " ")]
    public async Task Serve_WithABackupSettingThatCannotBe_NamesTheKey(string key, string value)
    {
        var (code, _, error) = await RunAsync("serve", "--data", Data, $"--{key}", value);

        Assert.Equal(ExitCode.BadOption, code);
        Assert.Contains(key, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Serve_WithTwoSchedules_NamesBothKeys()
    {
        var (code, _, error) = await RunAsync("serve", "--data", Data, "--LogitLens:Backup:EveryHours", "6", "--LogitLens:Backup:At", "03:00");

        Assert.Equal(ExitCode.BadOption, code);
        Assert.Contains("LogitLens:Backup:EveryHours and LogitLens:Backup:At are both set", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, output, error, Token);
        return (code, output.ToString(), error.ToString());
    }
}
