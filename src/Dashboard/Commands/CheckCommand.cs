using System.CommandLine;
using LogitLens.Dashboard.Hosting;
using LogitLens.Storage;

namespace LogitLens.Dashboard.Commands;

/// <summary>Checks a database for damage. It only reads, so it may run beside the dashboard.</summary>
internal static class CheckCommand
{
    private static readonly Option<string> Data = new("--data")
    {
        Description = "The folder of the database.",
        HelpName = "DIR",
        DefaultValueFactory = _ => LogitLensOptions.DefaultDataFolder(),
    };

    public static Command Create()
    {
        var command = new Command("check", "Checks a database for damage; exit code 1 if there is any.") { Data };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var output = parsed.InvocationConfiguration.Output;
        var error = parsed.InvocationConfiguration.Error;
        var path = Path.Combine(Path.GetFullPath(parsed.GetRequiredValue(Data)), LogitLensOptions.DatabaseName);
        if (!File.Exists(path))
        {
            await error.WriteLineAsync($"There is no database at {path}: give the folder it lies in with --data.");
            return ExitCode.BadOption;
        }

        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddLogitLensStorage(new StorageOptions { DatabasePath = path });
        await using var provider = services.BuildServiceProvider();
        try
        {
            var findings = await provider.GetRequiredService<Database>().CheckAsync(cancellationToken);
            foreach (var finding in findings)
            {
                await error.WriteLineAsync(finding);
            }

            if (findings.Count == 0)
            {
                await output.WriteLineAsync($"{path} is whole.");
            }

            return findings.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        }
        catch (StorageException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
    }
}
