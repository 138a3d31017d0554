using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>The real program in a process of its own, listening on a free port of the loopback address.</summary>
public sealed class DashboardProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DashboardProcess(Process process, string dataFolder)
    {
        _process = process;
        DataFolder = dataFolder;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Where its database is.</summary>
    public string DataFolder { get; }

    /// <summary>A client for its API.</summary>
    public HttpClient Api { get; private set; } = null!;

    /// <summary>What it printed so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>What all its threads have computed so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The program, as it is built beside the tests.</summary>
    public static string Program => Metadata("DashboardOutput");

    /// <summary>The repository's top folder.</summary>
    public static string RepositoryRoot => Metadata("RepositoryRoot");

    /// <summary>Starts the program with a data folder of its own (or one that exists) and waits until it listens: on a free port unless <c>--urls</c> says where.</summary>
    public static async Task<DashboardProcess> StartAsync(string dataFolder, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var argument in (string[])[Metadata("DashboardOutput"), "serve", .. (arguments.Contains("--urls") ? (string[])[] : ["--urls", "http://127.0.0.1:0"]), "--data", dataFolder, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var dashboard = new DashboardProcess(process, dataFolder);
        process.OutputDataReceived += dashboard.OnLine;
        process.ErrorDataReceived += dashboard.OnLine;
        process.Exited += (_, _) => dashboard._address.TrySetException(new InvalidOperationException("The dashboard ended at start:\n" + dashboard.Output));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        try
        {
            dashboard.Address = await dashboard._address.Task.WaitAsync(StartLimit, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException("The dashboard named no address within a minute:\n" + dashboard.Output, exception);
        }

        dashboard.Api = new HttpClient { BaseAddress = dashboard.Address };
        return dashboard;
    }

    /// <summary>A fresh folder under the temporary one.</summary>
    public static string NewDataFolder() => Directory.CreateTempSubdirectory("logitlens-e2e-").FullName;

    /// <summary>Ends the process as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Reads JSON from the API.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await Api.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken));
        return document.RootElement.Clone();
    }

    /// <summary>Asks again, five times a second, until the answer satisfies or a limit is reached.</summary>
    public async Task<JsonElement> WaitForAsync(string path, Func<JsonElement, bool> condition, TimeSpan limit, CancellationToken cancellationToken)
    {
        var end = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await GetAsync(path, cancellationToken);
            if (condition(answer))
            {
                return answer;
            }

            if (TimeProvider.System.GetElapsedTime(end) > limit)
            {
                throw new TimeoutException($"{path} did not come to what was waited for within {limit}: {answer}\n{Output}");
            }

            await Task.Delay(200, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Api?.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static string Metadata(string key) =>
        typeof(DashboardProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    private void OnLine(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            return;
        }

        _output.Enqueue(line.Data);
        var start = line.Data.IndexOf("http://127.0.0.1:", StringComparison.Ordinal);
        if (start >= 0 && Uri.TryCreate(line.Data[start..].Split(' ')[0].TrimEnd('.', ','), UriKind.Absolute, out var address))
        {
            _address.TrySetResult(address);
        }
    }
}
