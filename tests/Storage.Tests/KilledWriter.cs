using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Storage.Tests;

/// <summary>This same executable as a process that works off the queue until it is killed: started again with an environment variable, it never reaches its tests.</summary>
internal static class KilledWriter
{
    private const string Variable = "LOGITLENS_STORAGE_TESTS_WRITE_TO";

    public static Process Start(string databasePath)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, Environment = { [Variable] = databasePath } };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KilledWriter).Assembly.Location);
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    [ModuleInitializer]
    internal static void WriteIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } path)
        {
            WriteAsync(path).GetAwaiter().GetResult();
            Environment.Exit(0);
        }
    }

    /// <summary>A line for every commit, so that whoever kills this knows it is under way.</summary>
    private static async Task WriteAsync(string path)
    {
        await using var services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddLogitLensStorage(new StorageOptions { DatabasePath = path })
            .BuildServiceProvider();
        var queue = services.GetRequiredService<AnalysisQueue>();
        await services.GetRequiredService<Database>().PrepareAsync(CancellationToken.None);
        await queue.RequeueInterruptedAsync(CancellationToken.None);
        while (await queue.ClaimNextAsync(null, CancellationToken.None) is { } claimed)
        {
            await queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, Sample.Layout(), claimed.Checkpoint.Layers + 1, CancellationToken.None);
            for (var layer = 0; layer <= claimed.Checkpoint.Layers; layer++)
            {
                await queue.WriteReadingAsync(claimed.Id, claimed.Attempt, ReadingSegment.Prompt, layer, Sample.Packed(layer, 593, 10), CancellationToken.None);
                Console.WriteLine($"{claimed.Id} layer {layer}");
            }

            await queue.CompleteAsync(claimed.Id, claimed.Attempt, [1], "x", CancellationToken.None);
            Console.WriteLine($"{claimed.Id} done");
        }
    }
}
