using System.Diagnostics;
using System.Text.Json;
using LogitLens.EndToEnd.Tests.Running;

namespace LogitLens.EndToEnd.Tests.Guide;

/// <summary>The program with the demo's run, and the same twelve pictures under a question that comes before the picture.</summary>
public sealed class TourDashboard : IAsyncLifetime
{
    private const string OtherPrompt = "USER: What is on the left? <image> ASSISTANT:";

    private readonly string _folder = DashboardProcess.NewDataFolder();
    private Dictionary<string, long> _described = [];
    private Dictionary<string, long> _asked = [];
    private DashboardProcess? _dashboard;

    /// <summary>Where it listens.</summary>
    public Uri Address => _dashboard!.Address;

    /// <summary>The demo's run.</summary>
    public string Described { get; private set; } = string.Empty;

    /// <summary>The run with the other question.</summary>
    public string Asked { get; private set; } = string.Empty;

    /// <summary>The analysis of a picture in the demo's run.</summary>
    public long AnalysisOf(string image) => _described[image];

    /// <summary>The analysis of a picture in the other run.</summary>
    public long AskedOf(string image) => _asked[image];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using (var first = await DashboardProcess.StartAsync(_folder, cancellationToken))
        {
            var runs = await first.WaitForAsync("/api/runs", answer => Items(answer).Any(), TimeSpan.FromSeconds(60), cancellationToken);
            Described = Items(runs).First().GetProperty("id").GetString()!;
            await first.WaitForAsync($"/api/runs/{Described}/analyses?state=done", answer => Items(answer).Count() == 12, TimeSpan.FromMinutes(4), cancellationToken);
        }

        await AskAsync(cancellationToken);
        _dashboard = await DashboardProcess.StartAsync(_folder, cancellationToken);
        Asked = Items(await _dashboard.GetAsync("/api/runs", cancellationToken)).Select(run => run.GetProperty("id").GetString()!).Single(id => id != Described);
        _described = await AnalysesAsync(Described, cancellationToken);
        _asked = await AnalysesAsync(Asked, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var demo = Path.Combine(DashboardProcess.RepositoryRoot, "src", "Dashboard", "Demo");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[DashboardProcess.Program, "analyze", "--images", .. PicturesOf(demo), "--checkpoint", Path.Combine(demo, "checkpoint"), "--out", _folder, "--prompt", OtherPrompt])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, await output + await errors);
    }

    private async Task<Dictionary<string, long>> AnalysesAsync(string run, CancellationToken cancellationToken) =>
        Items(await _dashboard!.GetAsync($"/api/runs/{run}/analyses", cancellationToken)).ToDictionary(item => item.GetProperty("image").GetProperty("name").GetString()!, item => item.GetProperty("id").GetInt64());

    private static JsonElement.ArrayEnumerator Items(JsonElement page) => page.GetProperty("items").EnumerateArray();

    private static IEnumerable<string> PicturesOf(string demo) => Directory.EnumerateFiles(Path.Combine(demo, "pictures")).Where(file => !file.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
