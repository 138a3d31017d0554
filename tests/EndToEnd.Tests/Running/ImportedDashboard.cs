using System.Diagnostics;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>The program with the three pages of an earlier tool in <c>shared/imports</c> imported.</summary>
public sealed class ImportedDashboard : IAsyncDisposable
{
    private readonly string _folder = DashboardProcess.NewDataFolder();
    private DashboardProcess? _dashboard;
    private Dictionary<string, long> _analyses = [];

    /// <summary>Where the pages are.</summary>
    public static string Pages => Path.GetFullPath(Path.Combine(DashboardProcess.RepositoryRoot, "..", "shared", "imports"));

    /// <summary>Where the program listens.</summary>
    public Uri Address => _dashboard!.Address;

    /// <summary>The run that the pages became.</summary>
    public string Run { get; private set; } = string.Empty;

    /// <summary>The analysis of a page, by the page's name without its end.</summary>
    public long AnalysisOf(string name) => _analyses.Single(analysis => Path.GetFileNameWithoutExtension(analysis.Key) == name).Value;

    /// <summary>Imports and starts, once; skips the test where the pages are not.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(Directory.Exists(Pages), $"The folder {Pages} with real pages of an earlier tool is not here: they have no licence to travel with the code.");
        if (_dashboard is not null)
        {
            return;
        }

        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[DashboardProcess.Program, "import", .. Directory.GetFiles(Pages, "*.html"), "--data", _folder])
        {
            start.ArgumentList.Add(argument);
        }

        using var import = Process.Start(start)!;
        var output = import.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = import.StandardError.ReadToEndAsync(cancellationToken);
        await import.WaitForExitAsync(cancellationToken);
        Assert.True(import.ExitCode == 0, await output + await errors);

        _dashboard = await DashboardProcess.StartAsync(_folder, cancellationToken);
        var runs = await _dashboard.GetAsync("/api/runs", cancellationToken);
        Run = runs.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("checkpoint").GetProperty("modelType").GetString() == "imported").GetProperty("id").GetString()!;
        var analyses = await _dashboard.GetAsync($"/api/runs/{Run}/analyses", cancellationToken);
        _analyses = analyses.GetProperty("items").EnumerateArray().ToDictionary(item => item.GetProperty("image").GetProperty("name").GetString()!, item => item.GetProperty("id").GetInt64());
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
}
