using System.Text.Json;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>The program after its first start, the twelve demo pictures analysed.</summary>
public sealed class DemoDashboard : IAsyncLifetime
{
    private readonly string _folder = DashboardProcess.NewDataFolder();
    private Dictionary<string, long> _analyses = [];

    /// <summary>The running program.</summary>
    public DashboardProcess Dashboard { get; private set; } = null!;

    /// <summary>Where it listens.</summary>
    public Uri Address => Dashboard.Address;

    /// <summary>The demo run's id.</summary>
    public string Run { get; private set; } = string.Empty;

    /// <summary>The analysis of one demo picture.</summary>
    public long AnalysisOf(string imageName) => _analyses[imageName];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        Dashboard = await DashboardProcess.StartAsync(_folder, cancellationToken);
        var runs = await Dashboard.WaitForAsync("/api/runs", answer => Items(answer).Any(), TimeSpan.FromSeconds(30), cancellationToken);
        Run = Items(runs).First().GetProperty("id").GetString()!;
        var analyses = await Dashboard.WaitForAsync(
            $"/api/runs/{Run}/analyses",
            answer => Items(answer).Count() == 12 && Items(answer).All(item => item.GetProperty("state").GetString() is "Done" or "done"),
            TimeSpan.FromMinutes(3),
            cancellationToken);
        _analyses = Items(analyses).ToDictionary(item => item.GetProperty("image").GetProperty("name").GetString()!, item => item.GetProperty("id").GetInt64());
    }

    /// <summary>A path with what only the running program knows: <c>{run}</c>, a picture's analysis as <c>{garden}</c>, and <c>{picture}</c>, the hash of garden.jpg.</summary>
    public async Task<string> PathAsync(string path)
    {
        path = path.Replace("{run}", Run, StringComparison.Ordinal);
        foreach (var (image, analysis) in _analyses)
        {
            path = path.Replace($"{{{Path.GetFileNameWithoutExtension(image)}}}", $"{analysis}", StringComparison.Ordinal);
        }

        return path.Contains("{picture}", StringComparison.Ordinal)
            ? path.Replace("{picture}", (await Dashboard.GetAsync($"/api/analyses/{AnalysisOf("garden.jpg")}", TestContext.Current.CancellationToken)).GetProperty("image").GetProperty("sha256").GetString(), StringComparison.Ordinal)
            : path;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Dashboard.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement page) => page.GetProperty("items").EnumerateArray();
}
