using System.CommandLine;
using LogitLens.Dashboard.Hosting;

namespace LogitLens.Dashboard.Commands;

/// <summary>Imports analyses made elsewhere. It may run beside the dashboard, which then shows them.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string[]> Paths = new("PATH")
    {
        Description = "Files, or folders of files: HTML pages of llava-interp and its descendants, archives and JSON of LogitLens.",
        HelpName = "PATH…",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Checkpoint = new("--checkpoint")
    {
        Description = "The checkpoint that pages were made with: a folder with its tokenizer files, or a hash or name the database knows. Without it, tokens are known by their texts alone.",
        HelpName = "DIR|HASH",
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description = "The folder of the database.",
        HelpName = "DIR",
        DefaultValueFactory = _ => LogitLensOptions.DefaultDataFolder(),
    };

    private static readonly Option<string> Name = new("--name") { Description = "What its run is called; the name of the first file or folder if left out.", HelpName = "NAME" };

    public static Command Create()
    {
        var command = new Command("import", "Imports analyses made elsewhere. What is here already is left as it is. The exit code is 0 only if every file is in the database then.")
        {
            Paths, Checkpoint, Data, Name,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var job = new ImportCommandJob(
            parsed.GetRequiredValue(Paths),
            parsed.GetValue(Checkpoint),
            parsed.GetRequiredValue(Data),
            parsed.GetValue(Name),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error);
        return StopSignals.RunAsync(job.RunAsync, cancellationToken);
    }
}
