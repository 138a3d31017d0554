using System.Diagnostics;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>The program with three demo pictures under three prompts, and, where <c>shared/imports</c> is, three pages of an earlier tool.</summary>
public sealed class ComparedDashboard : IAsyncLifetime
{
    /// <summary>The prompt of the first run: the question comes behind the picture.</summary>
    public const string Behind = "Describe the image.";

    /// <summary>Of the second: another question behind the picture.</summary>
    public const string OtherBehind = "Is there a cat?";

    /// <summary>Of the third: the question comes before the picture.</summary>
    public const string Before = "USER: What is on the left? <image> ASSISTANT:";

    private static readonly string[] Pictures = ["garden.jpg", "harbour.jpg", "farm.jpg"];

    private readonly string _folder = DashboardProcess.NewDataFolder();
    private readonly Dictionary<(string Prompt, string Image), long> _analyses = [];
    private readonly Dictionary<string, string> _runs = [];

    /// <summary>The running program.</summary>
    public DashboardProcess Dashboard { get; private set; } = null!;

    /// <summary>Whether the pages of the earlier tool are here.</summary>
    public bool HasImports => _analyses.Keys.Any(key => key.Image == "city1.png");

    /// <summary>The analysis of a picture under a prompt.</summary>
    public long AnalysisOf(string image, string prompt) => _analyses[(prompt, image)];

    /// <summary>The analysis of an imported page.</summary>
    public long ImportOf(string name) => _analyses.Single(analysis => analysis.Key.Image == name + ".png").Value;

    /// <summary>The run of a prompt.</summary>
    public string RunOf(string prompt) => _runs[prompt];

    /// <summary>An address of the program.</summary>
    public string At(string path) => new Uri(Dashboard.Address, path).ToString();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var demo = Path.Combine(DashboardProcess.RepositoryRoot, "src", "Dashboard", "Demo");
        var pictures = Pictures.Select(name => Path.Combine(demo, "pictures", name)).ToArray();
        foreach (var prompt in (string[])[Behind, OtherBehind, Before])
        {
            await RunAsync(["analyze", "--images", .. pictures, "--checkpoint", Path.Combine(demo, "checkpoint"), "--out", _folder, "--prompt", prompt], cancellationToken);
        }

        if (Directory.Exists(ImportedDashboard.Pages))
        {
            await RunAsync(["import", .. Directory.GetFiles(ImportedDashboard.Pages, "*.html"), "--data", _folder], cancellationToken);
        }

        Dashboard = await DashboardProcess.StartAsync(_folder, cancellationToken);
        foreach (var run in (await Dashboard.GetAsync("/api/runs", cancellationToken)).GetProperty("items").EnumerateArray())
        {
            var id = run.GetProperty("id").GetString()!;
            foreach (var analysis in (await Dashboard.GetAsync($"/api/runs/{id}/analyses", cancellationToken)).GetProperty("items").EnumerateArray())
            {
                var full = analysis.GetProperty("prompt").GetString()!;
                var prompt = ((string[])[Behind, OtherBehind, Before]).FirstOrDefault(known => full.Contains(known, StringComparison.Ordinal)) ?? full;
                var image = analysis.GetProperty("image").GetProperty("name").GetString()!;
                _analyses[(prompt, image)] = analysis.GetProperty("id").GetInt64();

                // The imported pages have the first prompt, too.
                if (Pictures.Contains(image))
                {
                    _runs[prompt] = id;
                }
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Dashboard is not null)
        {
            await Dashboard.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static async Task RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[DashboardProcess.Program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, await output + await errors);
    }
}
