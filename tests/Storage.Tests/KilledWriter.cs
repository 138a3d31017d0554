using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Storage.Tests;

/// <summary>This same executable as a process that works off the queue until it is killed: started again with an environment variable, it never reaches its tests.</summary>
internal static class KilledWriter
{
    private const string Variable = "LOGITLENS_STORAGE_TESTS_WRITE_TO";

    private const string UpgradeVariable = "LOGITLENS_STORAGE_TESTS_UPGRADE";

    private const string QuestionsVariable = "LOGITLENS_STORAGE_TESTS_WRITE_QUESTIONS_TO";

    public static Process Start(string databasePath) => Start(Variable, databasePath);

    /// <summary>The same, but prompts on one picture are taken together and share what is alike.</summary>
    public static Process StartQuestions(string databasePath) => Start(QuestionsVariable, databasePath);

    /// <summary>A process that brings a database into today's form: a line when it begins, then nothing.</summary>
    public static Process StartUpgrade(string databasePath) => Start(UpgradeVariable, databasePath);

    private static Process Start(string variable, string databasePath)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, Environment = { [variable] = databasePath } };
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
            Write(path);
            Environment.Exit(0);
        }

        if (Environment.GetEnvironmentVariable(QuestionsVariable) is { } questions)
        {
            WriteQuestions(questions);
            Environment.Exit(0);
        }

        if (Environment.GetEnvironmentVariable(UpgradeVariable) is { } old)
        {
            using var services = Services(old);
            Console.WriteLine("begin");
            services.GetRequiredService<Database>().PrepareAsync(CancellationToken.None).GetAwaiter().GetResult();
            Environment.Exit(0);
        }
    }

    private static ServiceProvider Services(string path) => new ServiceCollection()
        .AddSingleton(TimeProvider.System)
        .AddLogitLensStorage(new StorageOptions { DatabasePath = path })
        .BuildServiceProvider();

    /// <summary>
    /// A line for every commit, so that whoever kills this knows it is under way. Not async: until the initializer returns, any other thread that enters
    /// this assembly waits for it.
    /// </summary>
    private static void Write(string path)
    {
        using var services = Services(path);
        var queue = services.GetRequiredService<AnalysisQueue>();
        services.GetRequiredService<Database>().PrepareAsync(CancellationToken.None).GetAwaiter().GetResult();
        Result(queue.RequeueInterruptedAsync(CancellationToken.None));
        while (Result(queue.ClaimNextAsync(null, CancellationToken.None)) is { } claimed)
        {
            Result(queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, Sample.Layout(), claimed.Checkpoint.Layers + 1, CancellationToken.None));
            for (var layer = 0; layer <= claimed.Checkpoint.Layers; layer++)
            {
                var packed = Sample.Packed(layer, 593, 10);
                Result(queue.WriteReadingAsync(claimed.Id, claimed.Attempt, ReadingSegment.Prompt, layer, packed, CancellationToken.None));
                Console.WriteLine($"{claimed.Id} layer {layer}");
            }

            Result(queue.CompleteAsync(claimed.Id, claimed.Attempt, [1], "x", CancellationToken.None));
            Console.WriteLine($"{claimed.Id} done");
        }
    }

    private static void WriteQuestions(string path)
    {
        using var services = Services(path);
        var queue = services.GetRequiredService<AnalysisQueue>();
        services.GetRequiredService<Database>().PrepareAsync(CancellationToken.None).GetAwaiter().GetResult();
        Result(queue.RequeueInterruptedAsync(CancellationToken.None));
        while (Result(queue.ClaimBatchAsync(null, 1, 4, CancellationToken.None)) is { Count: > 0 } claimed)
        {
            var started = claimed.Select(one => new StartedAnalysis(one.Id, one.Attempt, Sample.Layout())).ToList();
            Result(queue.WriteLayoutsAsync(started, 3, claimed[0].Checkpoint.Layers + 1, CancellationToken.None));
            Console.WriteLine($"{claimed[0].Id} layout");
            for (var layer = 0; layer <= claimed[0].Checkpoint.Layers; layer++)
            {
                for (var question = 0; question < claimed.Count; question++)
                {
                    var one = claimed[question];
                    Result(queue.WriteReadingAsync(one.Id, one.Attempt, ReadingSegment.Prompt, layer, Sample.Packed(layer, 582 + question, 10), CancellationToken.None));
                    Console.WriteLine($"{one.Id} layer {layer}");
                }
            }

            foreach (var one in claimed)
            {
                Result(queue.CompleteAsync(one.Id, one.Attempt, [1], "x", CancellationToken.None));
                Console.WriteLine($"{one.Id} done");
            }
        }
    }

    private static T Result<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
