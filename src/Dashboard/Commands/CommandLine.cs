using System.CommandLine;
using System.CommandLine.Invocation;
using LogitLens.Dashboard.Languages;

namespace LogitLens.Dashboard.Commands;

/// <summary>The command line: <c>serve</c> (the default), <c>analyze</c>, <c>trace</c>, and those that care for the data: <c>backup</c>, <c>restore</c>, <c>check</c>, <c>compact</c>, <c>retention</c>.</summary>
internal static class CommandLine
{
    private static readonly string[] ForTheRoot = ["--help", "-h", "-?", "/?", "/h", "--version"];

    /// <summary>Runs a command and gives its exit code.</summary>
    /// <param name="output">Results and progress.</param>
    /// <param name="error">One line per failure.</param>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        Language.SpeakEnglish();
        var root = new RootCommand("LogitLens shows what a vision-language model of the LLaVA family believes at every layer and every patch of a picture.")
        {
            ServeCommand.Create(),
            AnalyzeCommand.Create(),
            TraceCommand.Create(),
            ExportCommand.Create(),
            ImportCommand.Create(),
            BackupCommand.Create(),
            RestoreCommand.Create(),
            CheckCommand.Create(),
            CompactCommand.Create(),
            RetentionCommand.Create(),
        };

        // Without a command, everything is for the server.
        var isServe = args.Length == 0 || (args[0].StartsWith('-') && !ForTheRoot.Contains(args[0], StringComparer.Ordinal));
        var result = root.Parse(isServe ? [ServeCommand.Name, .. args] : args);
        if (result.Action is ParseErrorAction)
        {
            foreach (var problem in result.Errors)
            {
                await error.WriteLineAsync(problem.Message);
            }

            await error.WriteLineAsync("See --help for the commands and options there are.");
            return ExitCode.BadOption;
        }

        // Signals are the commands' own: the host has its way of ending, and analyze puts its work down in order.
        var configuration = new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
        return await result.InvokeAsync(configuration, cancellationToken);
    }
}
